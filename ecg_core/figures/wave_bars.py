"""Waves as bars below a trace: where P, QRS and T begin and end over all leads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Annotation
from ecg_core.figures.theme import Palette


def add_wave_bars(
    fig: go.Figure,
    annotation: Annotation,
    span_s: tuple[float, float],
    x_mm: Callable[[float], float],
    y_mm: float,
    name_at_mm: tuple[float, float],
    colours: Palette,
    *,
    named: bool,
) -> None:
    """A row of bars at `y_mm` for the waves within `span_s` whose bounds are known, and the method's name.

    `named` puts P, QRS and T below the bars.
    """
    for name, marks in (("P", annotation.waves.p), ("QRS", annotation.waves.qrs), ("T", annotation.waves.t)):
        bounds_s = marks / annotation.fs_hz
        known = np.isfinite(bounds_s[:, [ONSET, OFFSET]]).all(axis=1)
        inside = known & (bounds_s[:, OFFSET] > span_s[0]) & (bounds_s[:, ONSET] < span_s[1])
        x: list[float | None] = []
        for onset_s, peak_s, offset_s in bounds_s[inside][:, [ONSET, PEAK, OFFSET]].tolist():
            left, right = x_mm(max(onset_s, span_s[0])), x_mm(min(offset_s, span_s[1]))
            x += [left, right, None]
            if named and span_s[0] <= peak_s <= span_s[1]:
                _add_name(fig, name, (left + right) / 2, y_mm, colours)
        fig.add_scatter(
            x=x,
            y=[None if place is None else y_mm for place in x],
            mode="lines",
            line={"color": colours.waves[name], "width": 5},
            name=f"{name} by {annotation.method}",
            hoverinfo="skip",
        )
    words = annotation.method + (" + by hand" if annotation.by_hand is not None else "")
    fig.add_annotation(
        x=name_at_mm[0],
        y=name_at_mm[1],
        text=words,
        showarrow=False,
        xanchor="left",
        font={"color": colours.muted, "size": 12},
    )


def _add_name(fig: go.Figure, name: str, x_mm: float, y_mm: float, colours: Palette) -> None:
    fig.add_annotation(
        x=x_mm,
        y=y_mm - 0.9,
        text=f"<b>{name}</b>",
        showarrow=False,
        font={"color": colours.waves[name], "size": 13},
    )
