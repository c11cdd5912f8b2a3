"""How well conditions are found by the estimated potassium: ROC and precision-recall curves with their bootstrap bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from ecg_core.evaluation.conditions import CONDITIONS, Condition
from ecg_core.evaluation.curves import Curve, DetectionCurves
from ecg_core.figures.operating_curves import OperatingCurve, draw_precision_recall, draw_roc
from ecg_core.figures.theme import Zone, palette

_STYLES: Mapping[Condition, tuple[Zone, str]] = {
    "hyper": ("moderate", "solid"),
    "hypo": ("hypo", "dash"),
    "severe": ("severe", "dot"),
}


def roc_figure(found: Sequence[DetectionCurves], dark: bool) -> go.Figure:
    """Sensitivity over one less specificity, with the area under each curve."""
    return draw_roc([_styled(curves, curves.roc, "area", dark) for curves in found], dark)


def precision_recall_figure(found: Sequence[DetectionCurves], dark: bool) -> go.Figure:
    """Precision over sensitivity; a dotted level for each condition is its share, where an estimate tells nothing."""
    styled = [_styled(curves, curves.precision_recall, "average precision", dark) for curves in found]
    fig = draw_precision_recall(styled, dark)
    for curves, curve in zip(found, styled, strict=True):
        line = {"color": curve.colour, "dash": "dot", "width": 1}
        fig.add_hline(curves.n_positive / curves.n, line=line, opacity=0.7)
    return fig


def _styled(curves: DetectionCurves, curve: Curve, area: str, dark: bool) -> OperatingCurve:
    zone, dash = _STYLES[curves.condition]
    short, number = CONDITIONS[curves.condition], curve.area
    return OperatingCurve(
        short,
        f"{short} (n={curves.n_positive}): {area} {number.value:.2f} [{number.low:.2f}, {number.high:.2f}]",
        curve.x,
        curve.y,
        palette(dark).zones[zone],
        dash,
        (curve.low, curve.high),
    )
