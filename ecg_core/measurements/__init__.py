"""What clinicians measure on an annotated ECG: intervals, rhythm, axes, and the waves of each lead."""
