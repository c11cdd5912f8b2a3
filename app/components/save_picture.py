"""Buttons that save a chart as a picture, drawn by the browser: no drawing program on the server is needed."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_HERE = Path(__file__)

_buttons = st.components.v2.component(
    "kalium_save_picture",
    html=_HERE.with_suffix(".html").read_text(encoding="utf-8"),
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)


def draw_save_buttons(chart_key: str) -> None:
    """Offer the chart drawn under `chart_key` as PNG and SVG, under the file name its configuration holds."""
    _buttons(key=f"{chart_key}_save", data={"chart": chart_key}, width="content", height="content")
