"""Clicks and drawn boxes on a chart that shows a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from ecg_core.digitization.types import Box

_SLACK_PX = 4  # a hand moves a little as it clicks

_pointer = st.components.v2.component(
    "kalium_scan_pointer", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class Click:
    """A point of the picture."""

    x_px: float
    y_px: float


def listen(chart_key: str, on_pointed: Callable[[Click | Box], None]) -> None:
    """Call `on_pointed` with each click or drawn box on the chart `chart_key`, before the next run."""
    key = f"{chart_key}_pointer"

    def tell() -> None:
        pointed = st.session_state[key]["pointed"]
        st.session_state[_view_key(chart_key)] = pointed["view"]
        on_pointed(as_click_or_box(pointed))

    _pointer(key=key, data={"chart": chart_key, "slack": _SLACK_PX}, on_pointed_change=tell)


def keep_view(fig: go.Figure, chart_key: str) -> bool:
    """Show the part of the picture that was in sight when the user pointed; returns whether that is a part only."""
    view = st.session_state.get(_view_key(chart_key))
    whole = [list(fig.layout.xaxis.range), list(fig.layout.yaxis.range)]
    if view is None or np.allclose(view, whole, atol=1.0):
        return False
    fig.layout.xaxis.range, fig.layout.yaxis.range = view
    return True


def forget_view(chart_key: str) -> None:
    """Show the whole picture again (a widget's callback)."""
    st.session_state[_view_key(chart_key)] = None


def _view_key(chart_key: str) -> str:
    return f"{chart_key}_view"


def as_click_or_box(pointed: dict[str, Any]) -> Click | Box:
    """What the browser tells: ``{"from": [x, y], "to": [x, y], "dragged": bool}``."""
    (x0, y0), (x1, y1) = ([float(value) for value in pointed[end]] for end in ("from", "to"))
    if not pointed["dragged"]:
        return Click(x1, y1)
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
