"""The ECG that all pages share: one analysis per browser session, never cached across users."""

from __future__ import annotations

import streamlit as st

from app.components.empty_state import draw_empty_state
from ecg_core.analysis import Analysis

_ANALYSIS = "analysis"


def current_analysis() -> Analysis | None:
    """The analysis of the chosen ECG, or None while there is none."""
    analysis: Analysis | None = st.session_state.get(_ANALYSIS)
    return analysis


def require_analysis() -> Analysis:
    """The analysis of the chosen ECG; without one, draw the empty state and end the page here."""
    analysis = current_analysis()
    if analysis is None:
        draw_empty_state(open_example)
        st.stop()
    return analysis


def is_dark() -> bool:
    """Whether the browser shows the dark theme."""
    return st.context.theme.type == "dark"


def open_example(name: str) -> None:
    """Make a bundled example the chosen ECG (a widget callback)."""
    raise NotImplementedError(name)
