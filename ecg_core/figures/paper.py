"""ECG paper: leads in millimetres, so that zooming never bends the scale.

Both axes are millimetres of paper and locked to each other; the 1 mm and 5 mm lines are the axes' own
grid, which costs the browser far less than shapes do.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ecg_core.annotation.types import Annotation
from ecg_core.figures.marks import add_r_peaks, add_waves
from ecg_core.figures.page import PAGE_MM, Page
from ecg_core.figures.quality_shade import Shade, add_shades, kept_in_row, shades
from ecg_core.figures.strips import points_per_strip, strip_line
from ecg_core.figures.theme import Palette, apply_theme, palette
from ecg_core.filtering.quality_seconds import SecondsQuality
from ecg_core.record import ECGRecord

LEFT_MM = 12.0  # room for the calibration pulse
RIGHT_MM = 2.0
TOOLS_MM = 10.0  # blank paper on top for Plotly's buttons
_MAX_REACH_MM = 40.0  # how far a tall trace may push the page's edge outward

Note = dict[str, Any]  # one of Plotly's annotations


def paper_figure(
    page: Page,
    record: ECGRecord,
    *,
    dark: bool,
    underlay: ECGRecord | None = None,
    beats: Annotation | None = None,
    waves: Annotation | None = None,
    quality: SecondsQuality | None = None,
    caption: str = "",
    remarks: Mapping[str, str] | None = None,
    pale: Collection[str] = (),
) -> go.Figure:
    """The record on the page; `underlay` (the raw signal, usually) is drawn faintly beneath it.

    x and y are millimetres as in `Page`. Leads that were only estimated are dotted. R peaks of `beats` and P, QRS and T of `waves` are marked;
    seconds that are unusable by `quality` are shaded, and cut off at the edges of the row where no electrode was on.
    `caption` stands below, beside speed and gain; `remarks` stand beside the names of their leads, and leads of `pale` are drawn so.
    """
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    unusable = [] if quality is None else shades(page, quality)
    add_shades(fig, unusable, colours)
    if underlay is not None:
        _add_traces(fig, page, underlay, quality, colours, faint=underlay.leads, n_layers=2)
    n_layers = 1 if underlay is None else 2
    _add_traces(fig, page, record, quality, colours, faint=pale, n_layers=n_layers)
    _add_calibration(fig, page, colours)
    if waves is not None:
        add_waves(fig, page, record, waves, colours)
    if beats is not None:
        add_r_peaks(fig, page, record, beats, colours)
    bottom, top = _vertical_range(page, record, quality)
    # All at once: Plotly checks every annotation again for each one that is added.
    fig.layout.annotations = [
        *_lead_names(page, record, remarks or {}, colours),
        *(_reason(shade, colours) for shade in unusable),
        _scale(page, bottom, caption, record, colours),
    ]
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


def _add_traces(
    fig: go.Figure,
    page: Page,
    record: ECGRecord,
    quality: SecondsQuality | None,
    colours: Palette,
    *,
    faint: Collection[str],
    n_layers: int,
) -> None:
    for strip in page.strips:
        line = strip_line(page, strip, record, points_per_strip(page, n_layers))
        y_mm = line.y_mm if quality is None else kept_in_row(line, page, strip, quality)
        estimated = strip.lead in record.estimated_leads
        colour, width = colours.estimated if estimated else colours.trace, 1.3
        if strip.lead in faint:
            colour, width = colours.trace_muted, 1.0
        line.add_to(fig, y_mm, colour, width, strip.lead, dash="dot" if estimated else "solid")


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


def _lead_names(page: Page, record: ECGRecord, remarks: Mapping[str, str], colours: Palette) -> list[Note]:
    """The names at the strips' beginnings; the first column's stand above its calibration pulses."""
    notes = []
    for strip in page.strips:
        origin = _origin(strip.lead, record, colours)
        x_mm = strip.x_mm + 1 if strip.x_mm else 1 - LEFT_MM
        y_mm = strip.baseline_mm + page.gain_mm_mv + 3.5
        remark = f" {remarks[strip.lead]}" if strip.lead in remarks else ""
        notes.append(_note(x_mm, y_mm, f"<b>{strip.lead}</b>{origin}{remark}", colours.text))
    return notes


def _origin(lead: str, record: ECGRecord, colours: Palette) -> str:
    """Said of a lead that was not recorded."""
    if lead in record.estimated_leads:
        return f' <i style="color:{colours.estimated}">estimated</i>'
    return " <i>derived</i>" if lead in record.derived_leads else ""


def _scale(page: Page, bottom_mm: float, caption: str, record: ECGRecord, colours: Palette) -> Note:
    origin = "<b>SIMULATED ECG</b>" if record.simulated else ""
    words = [f"{page.speed_mm_s:g} mm/s", f"{page.gain_mm_mv:g} mm/mV", *filter(None, (caption, origin))]
    note = _note(1 - LEFT_MM, bottom_mm + 0.5, "   ".join(words), colours.muted)
    return {**note, "yanchor": "bottom"}  # whole on small screens too, where the words are taller in mm


def _reason(shade: Shade, colours: Palette) -> Note:
    """Why a stretch is shaded, at its lower edge, on paper of its own so that no trace covers it."""
    note = _note(shade.left_mm + 0.5, shade.low_mm + 0.5, shade.why, colours.quality["not usable"])
    return {
        **note,
        "yanchor": "bottom",
        "font": {**note["font"], "size": 11},
        "bgcolor": colours.paper,
        "borderpad": 1,
    }


def _note(x_mm: float, y_mm: float, text: str, colour: str) -> Note:
    font = {"size": 13, "color": colour}
    return {"x": x_mm, "y": y_mm, "text": text, "showarrow": False, "xanchor": "left", "font": font}


def _vertical_range(page: Page, record: ECGRecord, quality: SecondsQuality | None) -> tuple[float, float]:
    """From below the lowest row to above the highest one, whole centimetres of paper, tall traces kept in."""
    top_row = (page.n_rows - 1) * page.pitch_mm
    bottom, top = -0.5 * page.pitch_mm, top_row + 0.55 * page.pitch_mm
    for strip in page.strips:
        line = strip_line(page, strip, record)
        y_mm = line.y_mm if quality is None else kept_in_row(line, page, strip, quality)
        if np.isfinite(y_mm).any():
            bottom = min(bottom, float(np.nanmin(y_mm)) - 6)
            top = max(top, float(np.nanmax(y_mm)) + 5)
    bottom, top = max(bottom, -_MAX_REACH_MM), min(top, top_row + _MAX_REACH_MM)
    return 5 * float(np.floor(bottom / 5)), 5 * float(np.ceil(top / 5))
