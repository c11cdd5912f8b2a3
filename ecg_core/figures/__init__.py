"""Plotly figures, shared by the dashboard and reports."""
