"""ECG paper: leads in millimetres, so that zooming never bends the scale.

Both axes are millimetres of paper and locked to each other; the 1 mm and 5 mm lines are the axes' own
grid, which costs the browser far less than shapes do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Annotation
from ecg_core.figures.page import PAGE_MM, Page, Strip
from ecg_core.figures.theme import Palette, apply_theme, palette
from ecg_core.figures.thin import thin
from ecg_core.record import ECGRecord

LEFT_MM = 12.0  # room for the calibration pulse
RIGHT_MM = 2.0
TOOLS_MM = 5.0  # blank paper on top for Plotly's buttons
MAX_PAGE_POINTS = 120_000  # 0.64 MB as base64 float32: a page's figures stay under 1 MB
MAX_LEAD_POINTS = 20_000
_QRS_REACH_S = 0.06
_MARK_ABOVE_MM = 2.5
_MAX_REACH_MM = 40.0  # how far a tall trace may push the page's edge outward


@dataclass(frozen=True)
class Marks:
    """What to mark on the trace: R peaks, and the waves of one lead or none."""

    annotation: Annotation
    waves: bool = False


def paper_figure(
    page: Page,
    record: ECGRecord,
    *,
    dark: bool,
    underlay: ECGRecord | None = None,
    marks: Marks | None = None,
    caption: str = "",
) -> go.Figure:
    """The record on the page; `underlay` (the raw signal, usually) is drawn faintly beneath it.

    x and y are millimetres as in `Page`; `caption` stands below, beside speed and gain.
    """
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    if underlay is not None:
        _add_traces(fig, page, underlay, colours.trace_muted, width=1.0, n_layers=2)
    _add_traces(fig, page, record, colours.trace, width=1.3, n_layers=1 if underlay is None else 2)
    _add_calibration(fig, page, colours)
    if marks is not None:
        _add_marks(fig, page, record, marks, colours)
    _label(fig, page, record, colours, caption)
    bottom, top = _vertical_range(page, record)
    as_paper(fig, (-LEFT_MM, PAGE_MM + RIGHT_MM), (bottom, top + TOOLS_MM), colours)
    return fig


def as_paper(
    fig: go.Figure,
    x_mm: tuple[float, float],
    y_mm: tuple[float, float],
    colours: Palette,
) -> None:
    """Turn a figure's axes into paper: millimetre grid, square millimetres, no tick labels."""
    grid = {
        "showgrid": True,
        "dtick": 5,
        "tick0": 0,
        "gridcolor": colours.paper_major,
        "gridwidth": 1,
        "minor": {
            "dtick": 1,
            "tick0": 0,
            "showgrid": True,
            "gridcolor": colours.paper_minor,
            "gridwidth": 0.6,
        },
        "ticks": "",
        "showticklabels": False,
        "showline": False,
        "zeroline": False,
        "constrain": "domain",
    }
    fig.update_xaxes(range=list(x_mm), constraintoward="left", **grid)
    fig.update_yaxes(range=list(y_mm), constraintoward="top", scaleanchor="x", scaleratio=1, **grid)
    fig.update_layout(
        plot_bgcolor=colours.paper,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        modebar={"bgcolor": colours.paper},
        showlegend=False,
        hovermode=False,
        dragmode="zoom",
        newselection={"line": {"color": colours.accent, "width": 2, "dash": "solid"}},
        activeselection={"fillcolor": colours.accent, "opacity": 0.15},
    )


def aspect_ratio(fig: go.Figure) -> float:
    """Width over height of a paper figure."""
    (left, right), (bottom, top) = fig.layout.xaxis.range, fig.layout.yaxis.range
    return float((right - left) / (top - bottom))


def strip_samples(strip: Strip, record: ECGRecord) -> tuple[slice, float]:
    """The samples of a record that a strip shows, and the time of the first of them in seconds."""
    first = max(0, int(np.ceil(strip.start_s * record.fs_hz - 1e-6)))
    last = int(np.ceil((strip.start_s + strip.seconds) * record.fs_hz - 1e-6))
    return slice(first, min(last, record.n_samples)), first / record.fs_hz


def _add_traces(
    fig: go.Figure, page: Page, record: ECGRecord, colour: str, *, width: float, n_layers: int
) -> None:
    budget = min(MAX_LEAD_POINTS, MAX_PAGE_POINTS // (n_layers * len(page.strips)))
    for strip in page.strips:
        samples, start_s = strip_samples(strip, record)
        y_mm, step = thin(record.lead_mv(strip.lead)[samples], budget)
        fig.add_scatter(
            y=(strip.baseline_mm + page.gain_mm_mv * y_mm).astype(np.float32),
            x0=strip.x_mm + (start_s - strip.start_s) * page.speed_mm_s,
            dx=page.speed_mm_s / record.fs_hz * step / 2,
            mode="lines",
            line={"color": colour, "width": width},
            connectgaps=False,
            name=strip.lead,
            hoverinfo="skip",
        )


def _add_calibration(fig: go.Figure, page: Page, colours: Palette) -> None:
    """A pulse of 1 mV, 5 mm wide, before each row; bars where one column ends and the next begins."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row in range(page.n_rows):
        base, top = row * page.pitch_mm, row * page.pitch_mm + page.gain_mm_mv
        x += [-9.0, -8.0, -8.0, -3.0, -3.0, -2.0, None]
        y += [base, base, top, top, base, base, None]
    for strip in page.strips:
        if strip.x_mm > 0:
            x += [strip.x_mm, strip.x_mm, None]
            y += [strip.baseline_mm - 3, strip.baseline_mm + 3, None]
    fig.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colours.trace, "width": 1.3},
        name="1 mV calibration",
        hoverinfo="skip",
    )


def _add_marks(fig: go.Figure, page: Page, record: ECGRecord, marks: Marks, colours: Palette) -> None:
    annotation = marks.annotation
    for strip in page.strips:
        if marks.waves and strip.lead in annotation.lead_waves:
            _add_waves(fig, page, strip, record, annotation, colours)
    for r_only, symbol, name in ((False, "triangle-down", "R peak"), (True, "diamond-open", "R only")):
        r_peaks_s = annotation.r_peaks[annotation.r_only == r_only] / annotation.fs_hz
        places = [place for strip in page.strips for place in _above_beats(page, strip, record, r_peaks_s)]
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


def _above_beats(
    page: Page, strip: Strip, record: ECGRecord, r_peaks_s: NDArray[np.float64]
) -> Iterator[tuple[float, float]]:
    """Places just above the QRS of each beat that a strip shows."""
    signal = record.lead_mv(strip.lead)
    reach = round(_QRS_REACH_S * record.fs_hz)
    for time_s in r_peaks_s[(r_peaks_s >= strip.start_s) & (r_peaks_s < strip.start_s + strip.seconds)]:
        centre = round(time_s * record.fs_hz)
        around = signal[max(0, centre - reach) : centre + reach + 1]
        top_mv = float(np.nanmax(around)) if np.isfinite(around).any() else 0.0
        x_mm = strip.x_mm + (float(time_s) - strip.start_s) * page.speed_mm_s
        yield x_mm, strip.baseline_mm + page.gain_mm_mv * top_mv + _MARK_ABOVE_MM


def _add_waves(
    fig: go.Figure, page: Page, strip: Strip, record: ECGRecord, annotation: Annotation, colours: Palette
) -> None:
    """Draw P, QRS and T of one strip again, in their colours, with a letter above each P and T."""
    samples, start_s = strip_samples(strip, record)
    y_mm = strip.baseline_mm + page.gain_mm_mv * record.lead_mv(strip.lead)[samples]
    x0 = strip.x_mm + (start_s - strip.start_s) * page.speed_mm_s
    dx = page.speed_mm_s / record.fs_hz
    waves = annotation.lead_waves[strip.lead]
    for name, marks in (("P", waves.p), ("QRS", waves.qrs), ("T", waves.t)):
        on_screen = marks * (record.fs_hz / annotation.fs_hz) - samples.start
        wave_mm = np.full_like(y_mm, np.nan)
        for part in _parts(on_screen, y_mm.size):
            wave_mm[part] = y_mm[part]
        line = {"color": colours.waves[name], "width": 2.6}
        fig.add_scatter(y=wave_mm, x0=x0, dx=dx, mode="lines", line=line, name=name, hoverinfo="skip")
        if name != "QRS":
            peaks = on_screen[:, PEAK]
            peaks = peaks[(peaks >= 0) & (peaks < y_mm.size)].astype(int)
            fig.add_scatter(
                x=x0 + peaks * dx,
                y=y_mm[peaks] + _MARK_ABOVE_MM,
                mode="text",
                text=[name] * len(peaks),
                textfont={"color": colours.waves[name], "size": 12},
                name=f"{name} label",
                hoverinfo="skip",
            )


def _parts(marks: NDArray[np.float64], n_samples: int) -> Iterator[slice]:
    """The stretches from onset to offset that lie in the first `n_samples`."""
    for onset, offset in marks[:, [ONSET, OFFSET]]:
        if np.isfinite(onset) and np.isfinite(offset) and offset >= 0 and onset < n_samples:
            yield slice(max(int(onset), 0), int(offset) + 1)


def _label(fig: go.Figure, page: Page, record: ECGRecord, colours: Palette, caption: str) -> None:
    """Lead names at the strips' beginnings, the scale below."""
    for strip in page.strips:
        derived = strip.lead in record.derived_leads
        text = f"<b>{strip.lead}</b>" + (" <i>derived</i>" if derived else "")
        _note(fig, strip.x_mm + 1, strip.baseline_mm + 0.4 * page.pitch_mm, text, colours.text, colours)
    bottom, _ = _vertical_range(page, record)
    scale = f"{page.speed_mm_s:g} mm/s   {page.gain_mm_mv:g} mm/mV"
    _note(fig, 1 - LEFT_MM, bottom + 2.5, "   ".join(filter(None, (scale, caption))), colours.muted, colours)


def _note(fig: go.Figure, x_mm: float, y_mm: float, text: str, colour: str, colours: Palette) -> None:
    fig.add_annotation(
        x=x_mm,
        y=y_mm,
        text=text,
        showarrow=False,
        xanchor="left",
        font={"size": 13, "color": colour},
        bgcolor=colours.paper,
        opacity=0.9,
        borderpad=1,
    )


def _vertical_range(page: Page, record: ECGRecord) -> tuple[float, float]:
    """From below the lowest row to above the highest one, whole centimetres of paper, tall traces kept in."""
    top_row = (page.n_rows - 1) * page.pitch_mm
    bottom, top = -0.5 * page.pitch_mm, top_row + 0.55 * page.pitch_mm
    for strip in page.strips:
        samples, _ = strip_samples(strip, record)
        signal = record.lead_mv(strip.lead)[samples]
        if np.isfinite(signal).any():
            bottom = min(bottom, strip.baseline_mm + page.gain_mm_mv * float(np.nanmin(signal)) - 6)
            top = max(top, strip.baseline_mm + page.gain_mm_mv * float(np.nanmax(signal)) + 5)
    bottom, top = max(bottom, -_MAX_REACH_MM), min(top, top_row + _MAX_REACH_MM)
    return 5 * float(np.floor(bottom / 5)), 5 * float(np.ceil(top / 5))
