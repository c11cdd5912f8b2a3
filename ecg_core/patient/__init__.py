"""What earlier ECGs of the same patient with laboratory potassium say about today's estimate."""
