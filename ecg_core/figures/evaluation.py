"""How well a model did on a data set, from numbers that `ecg_core.evaluation` computed.

K ranges are named by the caller; every figure is small whatever the size of the data set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.figures.confusion import confusion_heatmap
from ecg_core.figures.k_axis import K_AXIS_MEQ_L
from ecg_core.figures.probabilities import percent
from ecg_core.figures.theme import FONT_SIZE_PX, apply_theme, palette

WHISKERS = (0.05, 0.95)

_HEIGHT_PX = 420
_UNDER_MODEBAR = {"t": 68}  # room for the legend


def confusion_figure(counts: NDArray[np.integer], labels: Sequence[str], dark: bool) -> go.Figure:
    """Confusion matrix over K ranges: `counts[true, estimated]`, each cell with its count and share of its row."""
    fig = go.Figure(confusion_heatmap(counts, labels, labels, dark))
    apply_theme(fig, dark)
    fig.update_layout(height=_HEIGHT_PX)
    fig.update_xaxes(title="Estimated range (mEq/L)", type="category", showgrid=False)
    fig.update_yaxes(title="True range (mEq/L)", type="category", autorange="reversed", showgrid=False)
    return fig


def range_boxplot_figure(
    k_meq_l: Mapping[str, NDArray[np.floating]], bounds_meq_l: Sequence[tuple[float, float]], dark: bool
) -> go.Figure:
    """Estimates per true K range: median, quartiles, 5th to 95th percentile, over a box marking the range itself."""
    colours = palette(dark)
    fig = go.Figure()
    apply_theme(fig, dark)
    for position, (low, high) in enumerate(bounds_meq_l):
        ends = np.clip((low, high), *K_AXIS_MEQ_L)
        fig.add_shape(
            type="rect",
            x0=position - 0.45,
            x1=position + 0.45,
            y0=ends[0],
            y1=ends[1],
            fillcolor=colours.grid,
            line={"color": colours.line, "width": 1, "dash": "dot"},
            layer="below",
        )
    filled = {position: values for position, values in enumerate(k_meq_l.values()) if values.size}
    quantiles = [
        np.nanquantile(values, [WHISKERS[0], 0.25, 0.5, 0.75, WHISKERS[1]]) for values in filled.values()
    ]
    lower, q1, median, q3, upper = np.array(quantiles).reshape(-1, 5).T
    fig.add_box(
        x=list(filled),
        lowerfence=lower,
        q1=q1,
        median=median,
        q3=q3,
        upperfence=upper,
        width=0.5,
        line={"color": colours.accent},
        name="estimates",
    )
    fig.update_layout(height=_HEIGHT_PX, showlegend=False)
    fig.update_xaxes(
        title="True range (mEq/L)",
        tickvals=list(range(len(k_meq_l))),
        ticktext=_with_counts(list(k_meq_l), [values.size for values in k_meq_l.values()]),
        range=[-0.6, len(k_meq_l) - 0.4],
        showgrid=False,
    )
    fig.update_yaxes(title="Estimated potassium (mEq/L)", range=list(K_AXIS_MEQ_L))
    return fig


def error_figure(
    labels: Sequence[str],
    n: Sequence[int],
    mae_meq_l: Sequence[float],
    mae_of_mean_meq_l: Sequence[float],
    dark: bool,
) -> go.Figure:
    """Mean absolute error per true K range, the model beside always predicting the mean (hatched)."""
    colours = palette(dark)
    fig = go.Figure()
    apply_theme(fig, dark)
    for name, values, colour, hatch in (
        ("Model", mae_meq_l, colours.accent, ""),
        ("Always the mean", mae_of_mean_meq_l, colours.grid, "/"),
    ):
        fig.add_bar(
            x=_with_counts(labels, n),
            y=list(values),
            name=name,
            marker={
                "color": colour,
                "line": {"color": colours.muted, "width": 1},
                "pattern": {"shape": hatch, "fgcolor": colours.muted, "fillmode": "overlay", "size": 7},
            },
            text=[f"{value:.2f}" if np.isfinite(value) else "" for value in values],
            textposition="outside",
            textfont={"size": FONT_SIZE_PX - 3},
            cliponaxis=False,
            hovertemplate=f"{name}: %{{y:.2f}} mEq/L<extra></extra>",
        )
    fig.update_layout(height=_HEIGHT_PX, barmode="group", bargap=0.25, margin=_UNDER_MODEBAR)
    fig.update_xaxes(title="True range (mEq/L)", showgrid=False)
    fig.update_yaxes(title="Mean absolute error (mEq/L)", rangemode="tozero")
    return fig


def coverage_figure(
    labels: Sequence[str],
    n: Sequence[int],
    coverage: Sequence[float],
    bounds: Sequence[tuple[float, float]],
    target: float,
    dark: bool,
) -> go.Figure:
    """Share of true values inside the interval, per true K range, with the 95 % `bounds` of that share, against the aim."""
    colours = palette(dark)
    fig = go.Figure()
    apply_theme(fig, dark)
    fig.add_scatter(
        x=[
            f"{label}: {percent(value)}" if np.isfinite(value) else label
            for label, value in zip(_with_counts(labels, n), coverage, strict=True)
        ],
        y=list(coverage),
        mode="markers",
        marker={"size": 12, "color": colours.accent},
        error_y={
            "symmetric": False,
            "array": [high - value for value, (_, high) in zip(coverage, bounds, strict=True)],
            "arrayminus": [value - low for value, (low, _) in zip(coverage, bounds, strict=True)],
            "thickness": 2,
            "width": 6,
            "color": colours.accent,
        },
        name="inside the interval",
        hovertemplate="%{x}: %{y:.1%}<extra></extra>",
    )
    fig.add_hline(
        target,
        line={"color": colours.zones["moderate"], "dash": "dash", "width": 2},
        annotation={"text": f"aim {target:.0%}", "font": {"color": colours.zones["moderate"]}},
        annotation_position="top left",
    )
    lowest = min((value for value in coverage if np.isfinite(value)), default=target)
    fig.update_layout(height=_HEIGHT_PX, showlegend=False)
    fig.update_xaxes(title="True range (mEq/L)", range=[-0.6, len(labels) - 0.3], showgrid=False)
    fig.update_yaxes(
        title="True value inside the interval",
        range=[min(0.5, lowest - 0.1), 1.06],
        tickformat=".0%",
        dtick=0.1,
    )
    return fig


def reliability_figure(
    predicted: Sequence[float], observed: Sequence[float], n: Sequence[int], name: str, dark: bool
) -> go.Figure:
    """Observed share of `name` in bins of its predicted probability; on the diagonal the model is calibrated."""
    colours = palette(dark)
    fig = go.Figure()
    apply_theme(fig, dark)
    fig.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": colours.zones["moderate"], "dash": "dash", "width": 2},
        name="perfect calibration",
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=list(predicted),
        y=list(observed),
        mode="lines+markers+text",
        line={"color": colours.accent},
        marker={"size": 10, "color": colours.accent},
        text=[f"{count}" for count in n],
        textposition="top left",
        textfont={"size": FONT_SIZE_PX - 3, "color": colours.muted},
        name="model (with examples per bin)",
        hovertemplate="predicted %{x:.0%}, observed %{y:.0%}, n = %{text}<extra></extra>",
    )
    fig.update_layout(height=_HEIGHT_PX, margin=_UNDER_MODEBAR)
    fig.update_xaxes(title=f"Predicted probability of {name}", range=[-0.03, 1.03], tickformat=".0%")
    fig.update_yaxes(title=f"Observed share of {name}", range=[-0.03, 1.08], tickformat=".0%")
    return fig


def _with_counts(labels: Sequence[str], n: Sequence[int]) -> list[str]:
    return [f"{label}<br>n={count}" for label, count in zip(labels, n, strict=True)]
