"""ROC and precision-recall curves, of whatever is to be found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.figures.theme import apply_theme, palette

_PLOT_PX, _LINE_PX, _BUTTONS_PX = 384, 20, 56

Floats = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class OperatingCurve:
    """`y` over `x`, in shares of one, with its `band` (low, high) if it has one.

    `name` stands in the legend and begins with `short`, which is told where the curve is pointed at.
    """

    short: str
    name: str
    x: Floats
    y: Floats
    colour: str
    dash: str
    band: tuple[Floats, Floats] | None = None


def draw_roc(curves: Sequence[OperatingCurve], dark: bool) -> go.Figure:
    """Sensitivity over one less specificity; on the diagonal an answer tells nothing."""
    fig = _draw(curves, dark)
    line = {"color": palette(dark).muted, "dash": "dash", "width": 1}
    fig.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, showlegend=False, hoverinfo="skip")
    fig.update_xaxes(title="1 − specificity (false alarms)")
    fig.update_yaxes(title="Sensitivity")
    return fig


def draw_precision_recall(curves: Sequence[OperatingCurve], dark: bool) -> go.Figure:
    """Precision over sensitivity."""
    fig = _draw(curves, dark)
    fig.update_xaxes(title="Sensitivity (recall)")
    fig.update_yaxes(title="Precision (PPV in this data set)")
    return fig


def _draw(curves: Sequence[OperatingCurve], dark: bool) -> go.Figure:
    fig = apply_theme(go.Figure(), dark)
    for curve in curves:
        if curve.band is not None:
            _add_band(fig, curve.x, curve.band, curve.colour)
        fig.add_scatter(
            x=curve.x,
            y=curve.y,
            mode="lines",
            name=curve.name,
            line={"color": curve.colour, "width": 2, "dash": curve.dash},
            hovertemplate="%{x:.2f}, %{y:.2f}<extra>" + curve.short + "</extra>",
        )
    above = _BUTTONS_PX + _LINE_PX * len(curves)  # room for legend and buttons
    legend = {"orientation": "v", "y": 1.01, "yanchor": "bottom"}
    fig.update_layout(height=_PLOT_PX + above, margin={"t": above}, legend=legend)
    fig.update_xaxes(range=[-0.01, 1.01], tickformat=".0%", constrain="domain")
    fig.update_yaxes(range=[-0.01, 1.02], tickformat=".0%")
    return fig


def _add_band(fig: go.Figure, x: Floats, band: tuple[Floats, Floats], colour: str) -> None:
    edge = {"mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    low, high = band
    fig.add_scatter(x=x, y=high, **edge)
    fig.add_scatter(x=x, y=low, fill="tonexty", fillcolor=_faint(colour), **edge)


def _faint(colour: str) -> str:
    """A colour ``#rrggbb`` at a sixth of its strength."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"
