"""What a network looked at, drawn under the trace: the more it matters, the broader."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.figures.page import Page, Strip
from ecg_core.figures.strips import StripLine, points_per_strip, strip_line
from ecg_core.figures.theme import Palette
from ecg_core.record import ECGRecord

# From which weight on, how broad (px), and what it is called.
LEVELS = ((0.15, 4.0, "matters somewhat"), (0.35, 8.0, "matters"), (0.65, 13.0, "matters most"))
_OPACITY = 0.45

Floats = NDArray[np.float32]


def add_saliency(
    fig: go.Figure,
    page: Page,
    record: ECGRecord,
    weight: Floats,
    leads: Sequence[str],
    fs_hz: float,
    start_s: float,
    colours: Palette,
) -> None:
    """Broaden the trace where `weight` `(leads, samples)`, 0 to 1, at `fs_hz` from `start_s` of the record on, is large."""
    lines = [
        (strip_line(page, strip, record, points_per_strip(page, 2)), strip)
        for strip in page.strips
        if strip.lead in leads
    ]
    weights = [
        _at_points(line, strip, page, weight[leads.index(strip.lead)], fs_hz, start_s)
        for line, strip in lines
    ]
    marks = []
    for level, width, name in LEVELS:
        x: list[Floats] = []
        y: list[Floats] = []
        for (line, _), of_line in zip(lines, weights, strict=True):
            shown = of_line >= level
            shown[-1:] = False  # a gap before the next strip
            x.append(line.x0_mm + line.dx_mm * np.arange(line.y_mm.size, dtype=np.float32))
            y.append(np.where(shown, line.y_mm, np.float32(np.nan)))
        marks.append(_mark(x, y, width, name, colours))
    fig.add_traces(marks)
    fig.data = (*fig.data[-len(marks) :], *fig.data[: -len(marks)])  # under the trace


def _at_points(
    line: StripLine, strip: Strip, page: Page, weight: Floats, fs_hz: float, start_s: float
) -> Floats:
    """The weight of each point of a line."""
    x_mm = line.x0_mm + line.dx_mm * np.arange(line.y_mm.size)
    time_s = strip.start_s + (x_mm - strip.x_mm) / page.speed_mm_s
    sample = np.rint((time_s - start_s) * fs_hz).astype(np.int64)
    inside = (sample >= 0) & (sample < weight.size)
    found: Floats = np.where(inside, weight[np.clip(sample, 0, weight.size - 1)], 0.0).astype(np.float32)
    return found


def _mark(x: list[Floats], y: list[Floats], width: float, name: str, colours: Palette) -> go.Scatter:
    """All strips as one line with gaps; points that are not drawn are left out but for one in each gap."""
    places, heights = (np.concatenate(parts) if parts else np.empty(0, np.float32) for parts in (x, y))
    known = np.isfinite(heights)
    kept = known | np.concatenate([[False], known[:-1]])
    return go.Scatter(
        x=places[kept],
        y=heights[kept],
        mode="lines",
        line={"color": colours.zones["moderate"], "width": width},
        opacity=_OPACITY,
        connectgaps=False,
        name=name,
        hoverinfo="skip",
    )
