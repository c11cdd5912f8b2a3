"""One beat, large, with its nine marks over all leads: to look at where they stand, and to move them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.annotation.draft import MARK_WORDS, SAME_BEAT_S
from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Annotation
from ecg_core.figures.paper import as_paper
from ecg_core.figures.theme import Palette, apply_theme, palette
from ecg_core.figures.wave_bars import add_wave_bars
from ecg_core.record import ECGRecord

BEFORE_R_S, AFTER_R_S = 0.5, 0.8
SPEED_MM_S = 25.0
_GAINS_MM_MV = (40.0, 20.0, 10.0, 5.0, 2.5)
_MAX_TRACE_MM = 14.0  # so that the beat stays wider than tall
_LABELS_MM = 3.6  # above the trace
_BARS_MM = 3.8  # below it, for each method
_WAVES = ("P", "QRS", "T")


@dataclass(frozen=True)
class BeatView:
    """Where a beat stands on its paper: x is millimetres from R at 25 mm/s."""

    r_s: float
    gain_mm_mv: float
    low_mm: float
    high_mm: float

    def x_mm(self, time_s: float) -> float:
        """The place of a time of the record."""
        return (time_s - self.r_s) * SPEED_MM_S

    def time_s(self, x_mm: float) -> float:
        """The record's time at a place."""
        return self.r_s + x_mm / SPEED_MM_S


def beat_view(record: ECGRecord, lead: str, r_s: float) -> BeatView:
    """The paper that shows the beat at `r_s` in one lead, as large as it fits."""
    _, y_mv = _trace(record, lead, r_s)
    known = y_mv[np.isfinite(y_mv)]
    low, high = (float(known.min()), float(known.max())) if known.size else (-0.5, 0.5)
    fits = (gain for gain in _GAINS_MM_MV if gain * (high - low) <= _MAX_TRACE_MM)
    gain = next(fits, _GAINS_MM_MV[-1])
    return BeatView(r_s, gain, np.floor(gain * low) - 1, np.ceil(gain * high) + 1)


def beat_figure(
    record: ECGRecord,
    lead: str,
    annotation: Annotation,
    beat: int,
    *,
    dark: bool,
    chosen: tuple[int, int],
    found: Annotation | None = None,
    compared: Annotation | None = None,
) -> go.Figure:
    """A beat of one lead with the marks over all leads; `chosen` (wave, column) is the one to be moved.

    Marks set by hand are solid with a square on top and named, the others dotted; where `found` had a mark
    that was then moved, a dashed line stays. Below, the waves of `annotation` and of `compared` as bars.
    """
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    view = beat_view(record, lead, annotation.r_peaks[beat] / annotation.fs_hz)
    time_s, y_mv = _trace(record, lead, view.r_s)
    x0_mm = view.x_mm(float(time_s[0])) if time_s.size else 0.0
    fig.add_scatter(
        y=(view.gain_mm_mv * y_mv).astype(np.float32),
        x0=x0_mm,
        dx=SPEED_MM_S / record.fs_hz,
        mode="lines",
        line={"color": colours.trace, "width": 2},
        name=lead,
        hoverinfo="skip",
    )
    _add_found(fig, view, annotation, beat, found, colours)
    _add_marks(fig, view, annotation, beat, chosen, colours)
    left_mm, right_mm = -BEFORE_R_S * SPEED_MM_S, AFTER_R_S * SPEED_MM_S
    methods = [annotation] if compared is None else [annotation, compared]
    span_s = (view.r_s - BEFORE_R_S, view.r_s + AFTER_R_S)
    for row, shown in enumerate(methods):
        y_mm = view.low_mm - 1.2 - row * _BARS_MM
        name_at_mm = (left_mm + 0.2, y_mm - 2.0)
        add_wave_bars(fig, shown, span_s, view.x_mm, y_mm, name_at_mm, colours, named=row == 0)
    bottom_mm = view.low_mm - len(methods) * _BARS_MM
    scale = f"{lead}   {SPEED_MM_S:g} mm/s   {view.gain_mm_mv:g} mm/mV"
    fig.add_annotation(
        x=left_mm + 0.2,
        y=view.high_mm + _LABELS_MM - 0.5,
        text=scale,
        showarrow=False,
        xanchor="left",
        font={"color": colours.muted, "size": 13},
    )
    as_paper(fig, (left_mm, right_mm), (bottom_mm, view.high_mm + _LABELS_MM), colours)
    fig.layout.dragmode = "select"
    return fig


def _trace(record: ECGRecord, lead: str, r_s: float) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Times in seconds and the lead in mV around a beat."""
    first = max(0, int((r_s - BEFORE_R_S) * record.fs_hz))
    last = min(record.n_samples, int((r_s + AFTER_R_S) * record.fs_hz) + 1)
    return np.arange(first, last) / record.fs_hz, record.lead_mv(lead)[first:last]


def _beat_marks(annotation: Annotation, beat: int) -> NDArray[np.float64]:
    """Times of the marks of a beat over all leads, `(3, 3)` seconds: P, QRS, T by onset, peak, offset."""
    waves = annotation.waves
    marks = np.stack([waves.p[beat], waves.qrs[beat], waves.t[beat]]) / annotation.fs_hz
    marks[1, PEAK] = annotation.r_peaks[beat] / annotation.fs_hz
    return marks


def _add_marks(
    fig: go.Figure,
    view: BeatView,
    annotation: Annotation,
    beat: int,
    chosen: tuple[int, int],
    colours: Palette,
) -> None:
    by_hand = annotation.by_hand
    marks = _beat_marks(annotation, beat)
    n_labels = 0
    for wave, column in np.argwhere(np.isfinite(marks)).tolist():
        hand = by_hand is not None and bool(by_hand.marks[beat, wave, column])
        is_chosen = (wave, column) == chosen
        colour = colours.accent if is_chosen else colours.waves[_WAVES[wave]]
        x_mm = view.x_mm(float(marks[wave, column]))
        label = MARK_WORDS[wave][column] + (", by hand" if hand else "")
        _add_line(fig, view, x_mm, colour, dash="solid" if hand else "dot", width=3 if is_chosen else 1.5)
        fig.data[-1].name = label
        if hand:
            fig.add_scatter(
                x=[x_mm],
                y=[view.high_mm],
                mode="markers",
                marker={"symbol": "square", "size": 9, "color": colour},
                name="set by hand",
                hoverinfo="skip",
            )
        if hand or is_chosen:
            fig.add_annotation(
                x=x_mm,
                y=view.high_mm + 0.9 + 0.9 * (n_labels % 2),
                text=f"<b>{label}</b>",
                showarrow=False,
                xanchor="right" if column == ONSET else "left" if column == OFFSET else "center",
                font={"color": colour, "size": 13},
            )
            n_labels += 1


def _add_found(
    fig: go.Figure,
    view: BeatView,
    annotation: Annotation,
    beat: int,
    found: Annotation | None,
    colours: Palette,
) -> None:
    """Where the marks that were set by hand stood before."""
    if found is None or annotation.by_hand is None or not found.n_beats:
        return
    away_s = np.abs(found.r_peaks / found.fs_hz - view.r_s)
    if away_s.min() > SAME_BEAT_S:
        return
    was = _beat_marks(found, int(away_s.argmin()))
    for wave, column in np.argwhere(annotation.by_hand.marks[beat] & np.isfinite(was)).tolist():
        _add_line(fig, view, view.x_mm(float(was[wave, column])), colours.muted, dash="dash", width=1.2)
        fig.data[-1].name = f"{MARK_WORDS[wave][column]} as found"


def _add_line(fig: go.Figure, view: BeatView, x_mm: float, colour: str, *, dash: str, width: float) -> None:
    fig.add_scatter(
        x=[x_mm, x_mm],
        y=[view.low_mm, view.high_mm],
        mode="lines",
        line={"color": colour, "width": width, "dash": dash},
        hoverinfo="skip",
    )
