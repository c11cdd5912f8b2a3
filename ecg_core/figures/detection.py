"""How well conditions are found: ROC and precision-recall curves with their bootstrap bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import plotly.graph_objects as go

from ecg_core.evaluation.conditions import CONDITIONS, Condition
from ecg_core.evaluation.curves import Curve, DetectionCurves
from ecg_core.figures.theme import Zone, apply_theme, palette

_HEIGHT_PX = 420
_STYLES: Mapping[Condition, tuple[Zone, str]] = {
    "hyper": ("moderate", "solid"),
    "hypo": ("hypo", "dash"),
    "severe": ("severe", "dot"),
}


def roc_figure(found: Sequence[DetectionCurves], dark: bool) -> go.Figure:
    """Sensitivity over one less specificity; on the diagonal an estimate tells nothing."""
    fig = _figure(found, "roc", "area", dark)
    line = {"color": palette(dark).muted, "dash": "dash", "width": 1}
    fig.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, showlegend=False, hoverinfo="skip")
    fig.update_xaxes(title="1 − specificity (false alarms)")
    fig.update_yaxes(title="Sensitivity")
    return fig


def precision_recall_figure(found: Sequence[DetectionCurves], dark: bool) -> go.Figure:
    """Precision over sensitivity; a dotted level for each condition is its share, where an estimate tells nothing."""
    fig = _figure(found, "precision_recall", "average precision", dark)
    for curves in found:
        zone, _ = _STYLES[curves.condition]
        line = {"color": palette(dark).zones[zone], "dash": "dot", "width": 1}
        fig.add_hline(curves.n_positive / curves.n, line=line, opacity=0.7)
    fig.update_xaxes(title="Sensitivity (recall)")
    fig.update_yaxes(title="Precision (PPV in this data set)")
    return fig


def _figure(
    found: Sequence[DetectionCurves],
    kind: Literal["roc", "precision_recall"],
    area: str,
    dark: bool,
) -> go.Figure:
    fig = go.Figure()
    apply_theme(fig, dark)
    colours = palette(dark)
    for curves in found:
        curve = curves.roc if kind == "roc" else curves.precision_recall
        zone, dash = _STYLES[curves.condition]
        _add_band(fig, curve, colours.zones[zone])
        number = curve.area
        name = f"{CONDITIONS[curves.condition]} (n={curves.n_positive}): {area} {number.value:.2f} [{number.low:.2f}, {number.high:.2f}]"
        fig.add_scatter(
            x=curve.x,
            y=curve.y,
            mode="lines",
            name=name,
            line={"color": colours.zones[zone], "width": 2, "dash": dash},
            hovertemplate="%{x:.2f}, %{y:.2f}<extra>" + CONDITIONS[curves.condition] + "</extra>",
        )
    legend = {"orientation": "v", "y": 1.01, "yanchor": "bottom"}
    fig.update_layout(height=_HEIGHT_PX + 80, margin={"t": 116}, legend=legend)  # room for legend and buttons
    fig.update_xaxes(range=[-0.01, 1.01], tickformat=".0%", constrain="domain")
    fig.update_yaxes(range=[-0.01, 1.02], tickformat=".0%")
    return fig


def _add_band(fig: go.Figure, curve: Curve, colour: str) -> None:
    edge = {"mode": "lines", "line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
    fig.add_scatter(x=curve.x, y=curve.high, **edge)
    fig.add_scatter(x=curve.x, y=curve.low, fill="tonexty", fillcolor=_faint(colour), **edge)


def _faint(colour: str) -> str:
    """A colour ``#rrggbb`` at a sixth of its strength."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.16)"
