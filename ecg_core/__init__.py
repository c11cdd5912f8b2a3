"""Kalium's core: from an ECG file to an annotated, filtered record and potassium estimates. Research software."""

__version__ = "0.1.0"
