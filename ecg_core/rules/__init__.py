"""Signs of a dangerous or deranged potassium that are measured on the ECG, whatever the networks say."""
