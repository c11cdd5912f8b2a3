"""Beats, waves and cycles of a filtered record."""
