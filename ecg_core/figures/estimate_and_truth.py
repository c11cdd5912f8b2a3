"""A quantity that was estimated beside its truth: how often each pair came up, and how far apart they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.figures.k_axis import K_AXIS_MEQ_L
from ecg_core.figures.theme import Palette, apply_theme, palette

MOST_POINTS = 2000  # drawn; all of them count for the lines

_HEIGHT_PX = 420

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Estimated:
    """What is estimated, in words for axes, and over which span it is counted in `n_bins`; `digits` are those worth showing."""

    estimate: str
    truth: str
    unit: str
    span: tuple[float, float]
    n_bins: int
    digits: int


# 30 bins as in the DCRNN paper, 0.25 mEq/L each
POTASSIUM = Estimated("Estimated potassium", "True potassium", "mEq/L", K_AXIS_MEQ_L, 30, 2)


def truth_heatmap_figure(truth: Floats, estimate: Floats, of: Estimated, dark: bool) -> go.Figure:
    """Estimate over truth as a 2-D histogram, with the line on which both are equal.

    Values beyond the span are counted in its outermost bins; pairs with a NaN are left out.
    """
    known = np.isfinite(truth) & np.isfinite(estimate)
    pairs = np.clip(np.stack([truth[known], estimate[known]]), *of.span)
    edges = np.linspace(*of.span, of.n_bins + 1)
    counts, _, _ = np.histogram2d(pairs[0], pairs[1], bins=[edges, edges])
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    number = f".{of.digits}f"
    fig.add_heatmap(
        z=np.where(counts, counts, np.nan).T.astype(np.float32),
        x0=(edges[0] + edges[1]) / 2,
        dx=edges[1] - edges[0],
        y0=(edges[0] + edges[1]) / 2,
        dy=edges[1] - edges[0],
        colorscale=_scale_without_zero(colours),
        colorbar={"title": {"text": "ECGs"}, "thickness": 12, "outlinewidth": 0},
        hovertemplate=f"true %{{x:{number}}}, estimated %{{y:{number}}} {of.unit}: %{{z}} ECGs<extra></extra>",
        name="ECGs",
    )
    fig.add_scatter(
        x=list(of.span),
        y=list(of.span),
        mode="lines",
        line={"color": colours.zones["moderate"], "width": 2, "dash": "dash"},
        name="estimate = truth",
        hoverinfo="skip",
    )
    span = {"range": list(of.span), "showgrid": False, "constrain": "domain"}
    fig.update_layout(height=_HEIGHT_PX + 60, showlegend=False)
    fig.update_xaxes(title=f"{of.truth} ({of.unit})", **span)
    fig.update_yaxes(title=f"{of.estimate} ({of.unit})", scaleanchor="x", **span)
    return fig


def bland_altman_figure(
    truth: Floats, estimate: Floats, bias: float, limits: tuple[float, float], of: Estimated, dark: bool
) -> go.Figure:
    """Estimate less truth over the mean of both, with bias and limits of agreement, all in the unit of `of`.

    Pairs with a NaN are left out. Bland and Altman, Lancet 1986;1:307.
    """
    known = np.flatnonzero(np.isfinite(truth) & np.isfinite(estimate))
    if known.size > MOST_POINTS:
        known = np.sort(np.random.default_rng(0).choice(known, MOST_POINTS, replace=False))
    true, estimated = np.asarray(truth)[known], np.asarray(estimate)[known]
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    number = f".{of.digits - 1}f"
    fig.add_scatter(
        x=((true + estimated) / 2).round(3),
        y=(estimated - true).round(3),
        mode="markers",
        marker={"size": 6, "color": colours.accent, "opacity": 0.45},
        name="ECGs",
        hovertemplate=f"mean %{{x:{number}}}, difference %{{y:+{number}}} {of.unit}<extra></extra>",
    )
    lines = (("bias", bias, "solid"), ("lower limit", limits[0], "dash"), ("upper limit", limits[1], "dash"))
    for name, value, dash in lines:
        fig.add_hline(
            value,
            line={"color": colours.zones["moderate"], "dash": dash, "width": 2},
            annotation={
                "text": f"{name} {value:+.{of.digits}f}",
                "font": {"color": colours.zones["moderate"]},
                "bgcolor": colours.background,
            },
        )
    fig.add_hline(0, line={"color": colours.line, "width": 1})
    fig.update_layout(height=_HEIGHT_PX, showlegend=False)
    fig.update_xaxes(title=f"Mean of estimate and truth ({of.unit})")
    fig.update_yaxes(title=f"Estimate less truth ({of.unit})")
    return fig


def _scale_without_zero(colours: Palette) -> list[list[float | str]]:
    """The heat scale from its first visible colour on: cells without ECGs are not drawn at all."""
    stops = colours.heat[1:]
    start = stops[0][0]
    return [[(position - start) / (1 - start), colour] for position, colour in stops]
