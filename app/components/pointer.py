"""Clicks and drags on a chart, and which part of it is in sight."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

_SLACK_PX = 4  # a hand moves a little as it clicks

_pointer = st.components.v2.component(
    "kalium_pointer", js=Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class Click:
    """A point of a chart, in the units of its axes."""

    x: float
    y: float

    @property
    def middle(self) -> Click:
        """Itself: what stands for it as a single point."""
        return self


@dataclass(frozen=True)
class Drag:
    """A box drawn on a chart, in the units of its axes; `x0 <= x1` and `y0 <= y1`."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        """Along x."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Along y."""
        return self.y1 - self.y0

    @property
    def middle(self) -> Click:
        """The point that stands for it where a box means nothing."""
        return Click((self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2)


Pointed = Click | Drag


def listen(chart_key: str, fig: go.Figure, on_pointed: Callable[[Pointed], None]) -> None:
    """Call `on_pointed` with each click or drag on `fig`, drawn as chart `chart_key`, before the next run."""
    key = f"{chart_key}_pointer"

    def tell() -> None:
        pointed = st.session_state[key]["pointed"]
        st.session_state[_view_key(chart_key)] = pointed["view"]
        on_pointed(as_pointed(pointed))

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


def as_pointed(pointed: dict[str, Any]) -> Pointed:
    """What the browser tells: ``{"from": [x, y], "to": [x, y], "dragged": bool}``."""
    (x0, y0), (x1, y1) = ([float(value) for value in pointed[end]] for end in ("from", "to"))
    if not pointed["dragged"]:
        return Click(x1, y1)
    return Drag(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
