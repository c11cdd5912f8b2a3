"""Colours and fonts of every figure, for light and dark screens.

Hues follow Okabe and Ito's colour-blind safe set and Tol's rules; whatever a colour says is also said
by a word, a shape or a line style.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import plotly.graph_objects as go

FONT_FAMILY = "'Source Sans', 'Source Sans Pro', 'Segoe UI', system-ui, sans-serif"
FONT_SIZE_PX = 14

Zone = Literal["hypo", "normal", "mild", "moderate", "severe"]
Quality = Literal["good", "fair", "not usable", "not recorded"]


@dataclass(frozen=True)
class Palette:
    """One theme's colours, as CSS strings."""

    background: str
    text: str
    muted: str  # axis labels, captions
    line: str  # axis lines and rules
    grid: str
    accent: str  # the one thing to look at
    paper: str  # ECG paper
    paper_minor: str  # 1 mm lines
    paper_major: str  # 5 mm lines
    trace: str  # the ECG itself
    estimated: str  # leads that were not recorded; always dotted
    trace_muted: str  # the raw signal under the filtered one, single beats under the median
    zones: dict[Zone, str]  # strong: lines, markers, text
    zone_fills: dict[Zone, str]  # faint: bands behind data
    series: tuple[str, ...]  # models or data sets side by side
    waves: dict[str, str]  # "P", "QRS", "T"
    heat: tuple[tuple[float, str], ...]  # a colour scale, none to many
    quality: dict[Quality, str]  # stand out by lightness too, the worse the more


LIGHT = Palette(
    background="#ffffff",
    text="#16242c",
    muted="#566873",
    line="#b9c5cc",
    grid="#e6ecef",
    accent="#0a6c8c",
    paper="#fffaf7",
    paper_minor="#f7dfd8",
    paper_major="#eab4a6",
    trace="#14181b",
    estimated="#7a4fa3",
    trace_muted="#8a97a0",
    zones={
        "hypo": "#3b6fb6",
        "normal": "#3f7f63",
        "mild": "#a87400",
        "moderate": "#c2500a",
        "severe": "#8e1b4f",
    },
    zone_fills={
        "hypo": "#dfe9f6",
        "normal": "#e6f1ec",
        "mild": "#fbf0cf",
        "moderate": "#fbdfc8",
        "severe": "#f0d2df",
    },
    series=("#0a6c8c", "#c2500a", "#7a4fa3", "#566873"),
    waves={"P": "#0072b2", "QRS": "#14181b", "T": "#b5530c"},
    heat=((0.0, "#ffffff"), (0.01, "#e3f0f5"), (0.3, "#8cc3d6"), (0.65, "#2d86a6"), (1.0, "#0b3b4f")),
    quality={"good": "#dcebf1", "fair": "#b97c00", "not usable": "#8e1b4f", "not recorded": "#ffffff"},
)

DARK = Palette(
    background="#10171c",
    text="#e4ebef",
    muted="#9fb0ba",
    line="#41525d",
    grid="#24313a",
    accent="#5cbdd9",
    paper="#151a1d",
    paper_minor="#2b2524",
    paper_major="#54392f",
    trace="#f0f4f6",
    estimated="#c3a1e8",
    trace_muted="#82919b",
    zones={
        "hypo": "#86b4f0",
        "normal": "#7cc4a4",
        "mild": "#ecc044",
        "moderate": "#f59a5b",
        "severe": "#ee8bb6",
    },
    zone_fills={
        "hypo": "#1c2b40",
        "normal": "#1a2c26",
        "mild": "#352d14",
        "moderate": "#3b2616",
        "severe": "#3d1b2b",
    },
    series=("#5cbdd9", "#f59a5b", "#c3a1e8", "#9fb0ba"),
    waves={"P": "#6db7ee", "QRS": "#f0f4f6", "T": "#f2a56d"},
    heat=((0.0, "#10171c"), (0.01, "#17303b"), (0.3, "#235a6f"), (0.65, "#4aa5c2"), (1.0, "#d9f3fb")),
    quality={"good": "#1c333e", "fair": "#b98a2a", "not usable": "#ff9cc4", "not recorded": "#10171c"},
)


def palette(dark: bool) -> Palette:
    """The colours for a light or dark screen."""
    return DARK if dark else LIGHT


def apply_theme(fig: go.Figure, dark: bool) -> go.Figure:
    """Give a figure the house's fonts, colours and axes, in place, and return it.

    They stand in the figure's template, so whatever the figure sets itself wins.
    """
    fig.layout.template = _template(dark)
    return fig


@cache
def _template(dark: bool) -> go.layout.Template:
    colours = palette(dark)
    axis = {
        "gridcolor": colours.grid,
        "linecolor": colours.line,
        "tickcolor": colours.line,
        "tickfont": {"color": colours.muted},
        "title": {"font": {"color": colours.muted}, "standoff": 8},
        "zeroline": False,
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "colorway": list(colours.series),
            "paper_bgcolor": colours.background,
            "plot_bgcolor": colours.background,
            "font": {"family": FONT_FAMILY, "size": FONT_SIZE_PX, "color": colours.text},
            "title": {
                "font": {"size": FONT_SIZE_PX + 2, "color": colours.text},
                "x": 0,
                "xanchor": "left",
            },
            "margin": {"l": 56, "r": 16, "t": 40, "b": 48},
            "legend": {
                "orientation": "h",
                "x": 0,
                "y": 1.02,
                "yanchor": "bottom",
                "bgcolor": "rgba(0,0,0,0)",
            },
            "hoverlabel": {
                "bgcolor": colours.background,
                "bordercolor": colours.line,
                "font": {"family": FONT_FAMILY, "color": colours.text},
            },
            "modebar": {
                "bgcolor": "rgba(0,0,0,0)",
                "color": colours.muted,
                "activecolor": colours.accent,
            },
            "xaxis": axis,
            "yaxis": axis,
        }
    )
