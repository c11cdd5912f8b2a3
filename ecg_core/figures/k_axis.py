"""The potassium axis: clinical zones behind, a row for each model."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ecg_core.figures.theme import FONT_SIZE_PX, Palette, apply_theme, palette
from ecg_core.inference.comparison import ZONES, Zone
from ecg_core.inference.types import HYPERKALEMIA_MEQ_L

K_AXIS_MEQ_L = (2.0, 9.5)

_ROW_PX, _NARROW_ROW_PX = 80, 54
_FEW_ROWS = 4  # more of them stand closer
_TIER_PX = 16  # from one line of zone names to the next


def k_figure(
    rows: Sequence[str], traces: list[dict[str, Any]], texts: list[dict[str, Any]], dark: bool
) -> go.Figure:
    """A figure of these Plotly traces and annotations over the clinical zones, with a row for each name."""
    colours = palette(dark)
    fig = go.Figure(traces)
    apply_theme(fig, dark)
    # All at once: Plotly checks the whole figure for every single shape that is added to it.
    fig.update_layout(
        height=130 + (_ROW_PX if len(rows) <= _FEW_ROWS else _NARROW_ROW_PX) * len(rows),
        margin={"t": 72, "b": 52},
        showlegend=False,
        shapes=_zone_bands(colours) + _zone_borders(colours),
        annotations=_zone_names(colours) + texts,
    )
    fig.update_xaxes(
        range=list(K_AXIS_MEQ_L), dtick=1, tick0=2, title="Potassium (mEq/L)", showgrid=False, fixedrange=True
    )
    name_rows(fig, rows)
    if len(rows) > _FEW_ROWS:
        fig.update_yaxes(range=[len(rows) - 0.5, -0.8])  # room for the text over the first of close rows
    return fig


def name_rows(fig: go.Figure, rows: Sequence[str]) -> None:
    """Give the vertical axis a row for each name, the first on top."""
    fig.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=["<br>".join(textwrap.wrap(name, 18)) for name in rows],
        tickfont={"color": fig.layout.font.color},
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        fixedrange=True,
    )


def on_axis(k_meq_l: float) -> float:
    """The value itself, or the end of the axis that it lies beyond."""
    return float(np.clip(k_meq_l, *K_AXIS_MEQ_L))


def row_text(row: int, k_meq_l: float, text: str, colours: Palette, shift_px: int = 22) -> dict[str, Any]:
    """Text over a point, kept inside the axis: near its ends it grows inwards."""
    low, high = K_AXIS_MEQ_L
    share = (on_axis(k_meq_l) - low) / (high - low)
    return {
        "x": on_axis(k_meq_l),
        "y": row,
        "yshift": shift_px,
        "text": text,
        "showarrow": False,
        "bgcolor": colours.background,
        "opacity": 0.92,
        "borderpad": 1,
        "xanchor": "left" if share < 0.25 else "right" if share > 0.75 else "center",
    }


def _zone_bands(colours: Palette) -> list[dict[str, Any]]:
    return [
        {
            "type": "rect",
            "x0": low,
            "x1": high,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "fillcolor": colours.zone_fills[zone.key],
            "line": {"width": 0},
            "layer": "below",
        }
        for zone, low, high in _zones_on_axis()
    ]


def _zone_borders(colours: Palette) -> list[dict[str, Any]]:
    """A line where each zone begins, the one to hyperkalemia heavy."""
    plain = {"color": colours.line, "width": 1}
    heavy = {"color": colours.zones["severe"], "width": 2}
    return [
        {
            "type": "line",
            "x0": low,
            "x1": low,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "line": heavy if low == HYPERKALEMIA_MEQ_L else plain,
            "layer": "below",
        }
        for _, low, _ in _zones_on_axis()[1:]
    ]


def _zone_names(colours: Palette) -> list[dict[str, Any]]:
    def name(x: float, tier: int, text: str, colour: str) -> dict[str, Any]:
        font = {"size": FONT_SIZE_PX - 2, "color": colour}
        place = {"x": x, "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": tier * _TIER_PX}
        return place | {"text": text, "showarrow": False, "font": font}

    hyper_centre = (HYPERKALEMIA_MEQ_L + K_AXIS_MEQ_L[1]) / 2
    return [
        # "Moderate" stands higher, or it would run into its neighbour on a tablet.
        name((low + high) / 2, zone.key == "moderate", zone.name.split()[0], colours.zones[zone.key])
        for zone, low, high in _zones_on_axis()
    ] + [name(hyper_centre, 2, "<b>▲ Hyperkalemia</b>", colours.zones["severe"])]


def _zones_on_axis() -> list[tuple[Zone, float, float]]:
    low, high = K_AXIS_MEQ_L
    return [(zone, max(zone.low_meq_l, low), min(zone.high_meq_l, high)) for zone in ZONES]
