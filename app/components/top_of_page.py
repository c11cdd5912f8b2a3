"""Shows a page from its top when another ECG was opened; Streamlit leaves it where it was scrolled to."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app import state

_top = st.components.v2.component(
    "kalium_top_of_page", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


def show_from_top() -> None:
    """Scroll up, if another ECG was opened since the last run."""
    _top(key="kalium_top_of_page", data={"opened": state.n_opened()}, height=1)
