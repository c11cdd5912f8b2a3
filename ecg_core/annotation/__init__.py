"""Beats, waves, cycles and measurements of a filtered record."""
