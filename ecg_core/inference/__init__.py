"""From a checkpoint and an annotated ECG to a potassium estimate that says how sure it is."""
