"""Beats and waves marked on the trace."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Annotation
from ecg_core.figures.page import Page
from ecg_core.figures.strips import MAX_LEAD_POINTS, StripLine, strip_line
from ecg_core.figures.theme import Palette
from ecg_core.record import ECGRecord

_QRS_REACH_S = 0.06
_ABOVE_MM = 2.5
_TAG_ABOVE_MM = 2.0  # above the R mark


def add_r_peaks(
    fig: go.Figure, page: Page, record: ECGRecord, annotation: Annotation, colours: Palette
) -> None:
    """A filled triangle above every delineated beat, an open diamond above every beat cut around R alone."""
    ratio = record.fs_hz / annotation.fs_hz
    for r_only, symbol, name in ((False, "triangle-down", "R peak"), (True, "diamond-open", "R only")):
        r_peaks = annotation.r_peaks[annotation.r_only == r_only] * ratio
        places = [
            place
            for strip in page.strips
            for place in _above_beats(strip_line(page, strip, record), r_peaks, record)
            if place is not None
        ]
        if places:
            x, y = zip(*places, strict=True)
            fig.add_scatter(
                x=x,
                y=y,
                mode="markers",
                marker={"symbol": symbol, "size": 8, "color": colours.accent, "line": {"width": 1.5}},
                name=name,
                hoverinfo="skip",
            )


def add_beat_tags(
    fig: go.Figure,
    page: Page,
    record: ECGRecord,
    annotation: Annotation,
    tags: Sequence[str],
    colours: Palette,
) -> None:
    """A short word above the R mark of every beat that has one; `tags` holds one for each beat, mostly empty."""
    tagged = [beat for beat, tag in enumerate(tags) if tag]
    r_peaks = annotation.r_peaks[tagged] * (record.fs_hz / annotation.fs_hz)
    shown = [
        (*place, f"<b>{tags[beat]}</b>")
        for strip in page.strips
        for beat, place in zip(
            tagged, _above_beats(strip_line(page, strip, record), r_peaks, record), strict=True
        )
        if place is not None
    ]
    if shown:
        x, y, words = zip(*shown, strict=True)
        fig.add_scatter(
            x=x,
            y=[mark_mm + _TAG_ABOVE_MM for mark_mm in y],
            mode="text",
            text=words,
            textposition="top center",
            textfont={"color": colours.zones["severe"], "size": 13},
            name="Beat tag",
            hoverinfo="skip",
        )


def add_waves(
    fig: go.Figure, page: Page, record: ECGRecord, annotation: Annotation, colours: Palette
) -> None:
    """P, QRS and T drawn again in their colours, with a letter above each P and T."""
    ratio = record.fs_hz / annotation.fs_hz
    for strip in page.strips:
        waves = annotation.lead_waves.get(strip.lead)
        if waves is None:
            continue
        line = strip_line(page, strip, record, MAX_LEAD_POINTS // 2)
        for name, marks in (("P", waves.p), ("QRS", waves.qrs), ("T", waves.t)):
            points = line.points(marks * ratio)
            line.add_to(fig, _only(line.y_mm, points), colours.waves[name], 2.6, name)
            if name != "QRS":  # that one has its R mark
                _add_letters(fig, line, points[:, PEAK], name, colours.waves[name])


def _above_beats(
    line: StripLine, r_peaks: NDArray[np.floating], record: ECGRecord
) -> list[tuple[float, float] | None]:
    """The place just above the QRS of each beat; None for those that a strip does not show or did not record."""
    reach = round(_QRS_REACH_S * record.fs_hz / line.samples_per_point)

    def above(point: float) -> tuple[float, float] | None:
        if not 0 <= point < line.y_mm.size:
            return None
        around = line.y_mm[max(0, round(point) - reach) : round(point) + reach + 1]
        if not np.isfinite(around).any():
            return None
        return line.x0_mm + point * line.dx_mm, float(np.nanmax(around)) + _ABOVE_MM

    return [above(point) for point in line.points(r_peaks.astype(np.float64)).tolist()]


def _only(y_mm: NDArray[np.float32], points: NDArray[np.float64]) -> NDArray[np.float32]:
    """The line from onset to offset of each wave, NaN elsewhere."""
    kept = np.full_like(y_mm, np.nan)
    for onset, offset in points[:, [ONSET, OFFSET]]:
        if np.isfinite(onset) and np.isfinite(offset) and offset >= 0 and onset < y_mm.size:
            part = slice(max(int(onset), 0), int(offset) + 1)
            kept[part] = y_mm[part]
    return kept


def _add_letters(
    fig: go.Figure, line: StripLine, peaks: NDArray[np.float64], letter: str, colour: str
) -> None:
    shown = peaks[(peaks >= 0) & (peaks < line.y_mm.size)].astype(int)
    fig.add_scatter(
        x=line.x0_mm + shown * line.dx_mm,
        y=line.y_mm[shown] + _ABOVE_MM,
        mode="text",
        text=[letter] * len(shown),
        textfont={"color": colour, "size": 12},
        name=f"{letter} label",
        hoverinfo="skip",
    )
