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


def listen(chart_key: str, fig: go.Figure, on_pointed: Callable[[Click | Box], None]) -> None:
    """Call `on_pointed` with each click or drawn box on `fig`, drawn as chart `chart_key`, before the next run."""
    key = f"{chart_key}_pointer"

    def tell() -> None:
        pointed = st.session_state[key]["pointed"]
        st.session_state[_view_key(chart_key)] = pointed["view"]
        on_pointed(as_click_or_box(pointed))

    def see() -> None:
        st.session_state[_view_key(chart_key)] = st.session_state[key]["view"]

    _pointer(
        key=key,
        data={"chart": chart_key, "slack": _SLACK_PX, "view": _view(fig), "whole": whole_key(chart_key)},
        on_pointed_change=tell,
        on_view_change=see,
    )


def keep_view(fig: go.Figure, chart_key: str) -> bool:
    """Show what was in sight before, and let dragging do what it did; returns whether a part only is in sight."""
    view = st.session_state.get(_view_key(chart_key))
    if view is None:
        return False
    whole = _view(fig)
    fig.layout.dragmode = view["dragmode"]
    if all(np.allclose(view[axis], whole[axis], atol=1.0) for axis in "xy"):
        return False
    fig.layout.xaxis.range, fig.layout.yaxis.range = view["x"], view["y"]
    return True


def whole_key(chart_key: str) -> str:
    """The key of the button that shows the whole picture again."""
    return f"{chart_key}_whole"


def forget_view(chart_key: str) -> None:
    """Show the whole picture again (a widget's callback)."""
    st.session_state[_view_key(chart_key)] = None


def _view(fig: go.Figure) -> dict[str, Any]:
    """Which part of the picture is in sight, and what dragging does."""
    layout = fig.layout
    return {"x": list(layout.xaxis.range), "y": list(layout.yaxis.range), "dragmode": layout.dragmode}


def _view_key(chart_key: str) -> str:
    return f"{chart_key}_view"


def as_click_or_box(pointed: dict[str, Any]) -> Click | Box:
    """What the browser tells: ``{"from": [x, y], "to": [x, y], "dragged": bool}``."""
    (x0, y0), (x1, y1) = ([float(value) for value in pointed[end]] for end in ("from", "to"))
    if not pointed["dragged"]:
        return Click(x1, y1)
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
