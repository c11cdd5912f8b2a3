"""From a picture of paper to a calibrated record."""
