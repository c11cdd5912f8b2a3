"""What twelve leads say beside potassium: six findings of rhythm and conduction, and the age the ECG looks like."""
