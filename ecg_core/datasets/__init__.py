"""Real and simulated ECGs for training and evaluation."""
