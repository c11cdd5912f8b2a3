"""All beats of a lead laid over one another, and their median, on ECG paper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.annotation.types import (
    CYCLE_FS_HZ,
    CYCLE_R_INDEX,
    CYCLE_SAMPLES,
    OFFSET,
    ONSET,
    Annotation,
    Cycles,
)
from ecg_core.figures.paper import as_paper
from ecg_core.figures.theme import Palette, apply_theme, palette

SPEED_MM_S = 25.0
GAIN_MM_MV = 10.0
MAX_BEATS_DRAWN = 100  # 0.3 MB; more lines than that are one dark mass
_TOOLS_MM = 2.0  # blank paper on top for Plotly's buttons
_LEFT_MM = -CYCLE_R_INDEX / CYCLE_FS_HZ * SPEED_MM_S
_STEP_MM = SPEED_MM_S / CYCLE_FS_HZ

Line = dict[str, str | float]


@dataclass(frozen=True)
class WaveSpan:
    """A wave of the median beat: its name, and onset and offset in ms from R."""

    name: str
    onset_ms: float
    offset_ms: float


def typical_spans(annotation: Annotation, lead: str, in_median: NDArray[np.bool_]) -> list[WaveSpan]:
    """P, QRS and T of a lead as medians over the beats in its median beat; a wave never found is left out."""
    if lead not in annotation.lead_waves or not in_median.any():
        return []
    waves = annotation.lead_waves[lead]
    to_ms = 1000 / annotation.fs_hz
    spans = []
    for name, marks in (("P", waves.p), ("QRS", waves.qrs), ("T", waves.t)):
        bounds = (marks[:, [ONSET, OFFSET]] - annotation.r_peaks[:, None])[in_median] * to_ms
        bounds = bounds[np.isfinite(bounds).all(axis=1)]
        if len(bounds):
            onset_ms, offset_ms = np.median(bounds, axis=0).tolist()
            spans.append(WaveSpan(name, onset_ms, offset_ms))
    return spans


def cycles_figure(cycles: Cycles, annotation: Annotation, *, dark: bool) -> go.Figure:
    """Every beat faintly, beats left out of the median dotted, the median beat strongly, P-QRS-T below.

    x is millimetres from R at 25 mm/s, y millimetres at 10 mm/mV.
    """
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    for beat in beats_drawn(len(cycles.beats_mv)):
        kept = bool(cycles.in_median[beat])
        line: Line = {"color": colours.trace_muted, "width": 1.0, "dash": "solid" if kept else "dot"}
        _add_beat(fig, cycles.beats_mv[beat], line, f"beat {beat + 1}", opacity=0.55)
    _add_beat(fig, cycles.median_mv, {"color": colours.accent, "width": 2.8}, "median beat")
    bottom_mm, top_mm = _vertical_range(cycles)
    for span in typical_spans(annotation, cycles.lead, cycles.in_median):
        _add_span(fig, span, bottom_mm - 4, top_mm, colours)
    low_mm, high_mm = bottom_mm - 8, top_mm + _TOOLS_MM
    width_mm = max(CYCLE_SAMPLES * _STEP_MM + 2, high_mm - low_mm)  # never taller than wide
    as_paper(fig, (_LEFT_MM - 1, _LEFT_MM - 1 + width_mm), (low_mm, high_mm), colours)
    return fig


def beats_drawn(n_beats: int) -> list[int]:
    """Which beats are drawn: all, or `MAX_BEATS_DRAWN` spread evenly over the recording."""
    spread = np.linspace(0, n_beats - 1, min(n_beats, MAX_BEATS_DRAWN))
    return [int(beat) for beat in np.unique(spread.round())]


def _add_beat(
    fig: go.Figure,
    beat_mv: NDArray[np.float32],
    line: Line,
    name: str,
    opacity: float = 1.0,
) -> None:
    fig.add_scatter(
        y=(GAIN_MM_MV * beat_mv).astype(np.float32),
        x0=_LEFT_MM,
        dx=_STEP_MM,
        mode="lines",
        line=line,
        opacity=opacity,
        name=name,
        hoverinfo="skip",
        connectgaps=False,
    )


def _add_span(fig: go.Figure, span: WaveSpan, y_mm: float, top_mm: float, colours: Palette) -> None:
    """A bar from a wave's onset to its offset with its name, and dotted lines up through the trace."""
    left, right = (ms / 1000 * SPEED_MM_S for ms in (span.onset_ms, span.offset_ms))
    colour = colours.waves[span.name]
    fig.add_scatter(
        x=[left, left, None, right, right],
        y=[y_mm, top_mm, None, y_mm, top_mm],
        mode="lines",
        line={"color": colour, "width": 1, "dash": "dot"},
        name=f"{span.name} bounds",
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=[left, right],
        y=[y_mm, y_mm],
        mode="lines",
        line={"color": colour, "width": 5},
        name=span.name,
        hoverinfo="skip",
    )
    fig.add_annotation(
        x=(left + right) / 2,
        y=y_mm - 1.9,
        text=f"<b>{span.name}</b>",
        showarrow=False,
        font={"color": colour, "size": 14},
    )


def _vertical_range(cycles: Cycles) -> tuple[float, float]:
    """Millimetres that hold the median and nearly all beats, whole 5 mm."""
    drawn = cycles.beats_mv[np.isfinite(cycles.beats_mv)]
    low, high = np.percentile(drawn, [0.2, 99.8]) if drawn.size else (-0.5, 1.0)
    median = cycles.median_mv[np.isfinite(cycles.median_mv)]
    if median.size:
        low, high = min(low, float(median.min())), max(high, float(median.max()))
    return 5 * float(np.floor(GAIN_MM_MV * low / 5)), 5 * float(np.ceil(GAIN_MM_MV * high / 5 + 0.2))
