"""What a page shows while no ECG is chosen."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def draw_empty_state(open_example: Callable[[str], None]) -> None:
    """Say what Kalium is and how to begin."""
    st.header("Choose an ECG to begin")
    st.write(
        "Kalium filters a 12-lead ECG, marks its beats, and compares what three networks read from it about serum potassium."
    )
