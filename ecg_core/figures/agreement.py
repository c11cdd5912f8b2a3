"""Agreement: of estimates with the truth (Bland and Altman), and of models with each other."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.figures.theme import FONT_SIZE_PX, apply_theme, palette

MOST_POINTS = 2000  # drawn; all of them count for the lines

_HEIGHT_PX = 420


def bland_altman_figure(
    k_true_meq_l: NDArray[np.floating],
    k_meq_l: NDArray[np.floating],
    bias_meq_l: float,
    limits_meq_l: tuple[float, float],
    dark: bool,
) -> go.Figure:
    """Estimate less truth over the mean of both, with bias and limits of agreement; pairs with a NaN are left out.

    Bland and Altman, Lancet 1986;1:307.
    """
    known = np.flatnonzero(np.isfinite(k_true_meq_l) & np.isfinite(k_meq_l))
    if known.size > MOST_POINTS:
        known = np.sort(np.random.default_rng(0).choice(known, MOST_POINTS, replace=False))
    truth, k = np.asarray(k_true_meq_l)[known], np.asarray(k_meq_l)[known]
    colours = palette(dark)
    fig = go.Figure()
    apply_theme(fig, dark)
    fig.add_scatter(
        x=((truth + k) / 2).round(3),
        y=(k - truth).round(3),
        mode="markers",
        marker={"size": 6, "color": colours.accent, "opacity": 0.45},
        name="ECGs",
        hovertemplate="mean %{x:.1f}, difference %{y:+.1f} mEq/L<extra></extra>",
    )
    lines = (
        ("bias", bias_meq_l, "solid"),
        ("lower limit", limits_meq_l[0], "dash"),
        ("upper limit", limits_meq_l[1], "dash"),
    )
    for name, value, dash in lines:
        fig.add_hline(
            value,
            line={"color": colours.zones["moderate"], "dash": dash, "width": 2},
            annotation={
                "text": f"{name} {value:+.2f}",
                "font": {"color": colours.zones["moderate"]},
                "bgcolor": colours.background,
            },
        )
    fig.add_hline(0, line={"color": colours.line, "width": 1})
    fig.update_layout(height=_HEIGHT_PX, showlegend=False)
    fig.update_xaxes(title="Mean of estimate and truth (mEq/L)")
    fig.update_yaxes(title="Estimate less truth (mEq/L)")
    return fig


def model_agreement_figure(
    difference_meq_l: NDArray[np.floating], names: Sequence[str], dark: bool
) -> go.Figure:
    """Mean absolute difference of every two models, `(models, models)`; the darker, the further apart."""
    colours = palette(dark)
    labels = ["<br>".join(textwrap.wrap(name, 14)) for name in names]
    shown = np.where(np.eye(len(labels), dtype=bool), np.nan, difference_meq_l)
    fig = go.Figure()
    apply_theme(fig, dark)
    fig.add_heatmap(
        z=shown.astype(np.float32),
        x=labels,
        y=labels,
        zmin=0,
        zmax=max(1.5 * float(np.nanmax(shown)), 1.0) if np.isfinite(shown).any() else 1.0,
        colorscale=[list(stop) for stop in colours.heat],
        showscale=False,
        text=[[f"{value:.2f}" if np.isfinite(value) else "" for value in row] for row in shown],
        texttemplate="%{text}",
        textfont={"size": FONT_SIZE_PX},
        xgap=2,
        ygap=2,
        hovertemplate="%{y} and %{x}: %{text} mEq/L apart<extra></extra>",
    )
    fig.update_layout(height=_HEIGHT_PX)
    fig.update_xaxes(type="category", showgrid=False)
    fig.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return fig
