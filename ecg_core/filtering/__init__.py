"""Filters, resampling and signal quality."""
