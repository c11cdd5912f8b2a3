"""What a person corrected, on the trace of a single lead."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.annotation.types import Annotation
from ecg_core.figures.page import Page, Strip
from ecg_core.figures.theme import Palette

_HALF_MM = 3.0  # a moved mark crosses the trace by this much on both sides
_SYMBOLS = {"Beat added": "circle-open", "Beat left out": "x", "Not a beat": "x-thin-open"}


def add_by_hand(fig: go.Figure, page: Page, annotation: Annotation, colours: Palette) -> None:
    """Solid lines where marks were set; signs over beats that were added, left out or taken away.

    The page has one strip ("single").
    """
    by_hand = annotation.by_hand
    if by_hand is None:
        return
    strip = page.strips[0]
    waves = annotation.waves
    marks = np.stack([waves.p, waves.qrs, waves.t], axis=1)
    for wave, name in enumerate(("P", "QRS", "T")):
        set_s = marks[:, wave][by_hand.marks[:, wave] & np.isfinite(marks[:, wave])] / annotation.fs_hz
        x: list[float | None] = []
        y: list[float | None] = []
        for x_mm in _places(page, strip, set_s):
            x += [x_mm, x_mm, None]
            y += [strip.baseline_mm - _HALF_MM, strip.baseline_mm + _HALF_MM, None]
        if x:
            line = {"color": colours.waves[name], "width": 2.5}
            fig.add_scatter(x=x, y=y, mode="lines", line=line, name=f"{name} by hand", hoverinfo="skip")
    beats = (annotation.r_peaks[by_hand.added], annotation.r_peaks[by_hand.left_out], by_hand.removed)
    for (name, symbol), r_peaks in zip(_SYMBOLS.items(), beats, strict=True):
        places = _places(page, strip, r_peaks / annotation.fs_hz)
        if places:
            fig.add_scatter(
                x=places,
                y=[strip.baseline_mm - _HALF_MM - 4] * len(places),
                mode="markers",
                marker={"symbol": symbol, "size": 11, "color": colours.accent, "line": {"width": 2}},
                name=name,
                hoverinfo="skip",
            )


def add_highlight(fig: go.Figure, page: Page, span_s: tuple[float, float], colours: Palette) -> None:
    """Seconds of the trace, behind which the paper is tinted: the beat that is being corrected."""
    strip = page.strips[0]
    low_mm, high_mm = fig.layout.yaxis.range
    left_s, right_s = np.clip(span_s, strip.start_s, strip.start_s + strip.seconds)
    fig.add_shape(
        type="rect",
        x0=strip.x_mm + (left_s - strip.start_s) * page.speed_mm_s,
        x1=strip.x_mm + (right_s - strip.start_s) * page.speed_mm_s,
        y0=low_mm,
        y1=high_mm,
        fillcolor=colours.accent,
        opacity=0.13,
        line={"width": 0},
        layer="below",
    )


def _places(page: Page, strip: Strip, time_s: NDArray[np.float64]) -> list[float]:
    """Where times stand on the strip, in millimetres; those beyond it are left out."""
    inside = time_s[(time_s >= strip.start_s) & (time_s <= strip.start_s + strip.seconds)]
    return [strip.x_mm + (float(t) - strip.start_s) * page.speed_mm_s for t in inside]
