"""What the rhythm says about how far an estimate from the ECG can be trusted."""
