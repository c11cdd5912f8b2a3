"""Which seconds of a long recording are shown."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st


def choose_start_s(duration_s: float, page_s: float, key: str) -> float:
    """Where the page begins, in seconds; asks only where the recording is longer than the page."""
    latest_s = duration_s - page_s
    if latest_s < 0.05:
        return 0.0
    with st.container(horizontal=True, vertical_alignment="center"):
        start_s = st.number_input(
            "Show from second",
            min_value=0.0,
            max_value=latest_s,
            step=min(page_s, latest_s),
            format="%.1f",
            key=key,
            width=160,
            persist_state="session",
            label_visibility="collapsed",
        )
        st.caption(
            f"Showing {clock(start_s)} to {clock(start_s + page_s)} of {clock(duration_s)}. "
            "Type a second, or turn pages with minus and plus."
        )
    return float(start_s)


def clock(seconds: float) -> str:
    """Seconds as h:mm:ss."""
    return str(timedelta(seconds=round(seconds)))
