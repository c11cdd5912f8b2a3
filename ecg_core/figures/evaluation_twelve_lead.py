"""How well findings and ECG age were told on a test set, from a table of `ecg_core.evaluation.twelve_lead`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_curve

from ecg_core.figures.probabilities import percent
from ecg_core.figures.theme import FONT_SIZE_PX, Palette, apply_theme, palette
from ecg_core.twelve_lead.types import FINDING_NAMES, FINDINGS, FindingCode

AGE_RANGE_YEARS = (15.0, 95.0)

_HEIGHT_PX = 460
_AGE_BINS = 32  # 2.5 years each
_DASHES = ("solid", "dash", "dot")
_LIMITS = 1.96  # standard deviations: Bland and Altman, Lancet 1986;1:307
_COLUMNS = 3

Floats = NDArray[np.float64]


def roc_figure(table: pd.DataFrame, dark: bool) -> go.Figure:
    """Sensitivity over 1 - specificity, a curve for each finding with its number of positive records."""
    curves = {}
    for code in _told_apart(table):
        false_positive, sensitivity, _ = roc_curve(*_truth_and_probability(table, code))
        curves[code] = (false_positive, sensitivity)
    fig = _curves_figure(table, curves, dark)
    fig.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": palette(dark).line, "width": 1},
        hoverinfo="skip",
        showlegend=False,
        name="chance",
    )
    fig.update_xaxes(title="1 − specificity")
    fig.update_yaxes(title="Sensitivity")
    return fig


def precision_recall_figure(table: pd.DataFrame, dark: bool) -> go.Figure:
    """Precision over sensitivity, a curve for each finding; chance is the share of positive records, near 0."""
    curves = {}
    for code in _told_apart(table):
        precision, recall, _ = precision_recall_curve(*_truth_and_probability(table, code))
        curves[code] = (recall, precision)
    fig = _curves_figure(table, curves, dark)
    fig.update_xaxes(title="Sensitivity (recall)")
    fig.update_yaxes(title="Precision (positive predictive value)")
    return fig


def confusion_grid_figure(
    table: pd.DataFrame, thresholds: Mapping[FindingCode, float], dark: bool
) -> go.Figure:
    """A confusion heatmap for each finding at its threshold: counts, and shares of the true class (row)."""
    colours = palette(dark)
    n_rows = -(-len(FINDINGS) // _COLUMNS)
    fig = make_subplots(
        n_rows, _COLUMNS, subplot_titles=list(FINDING_NAMES.values()), vertical_spacing=0.2, shared_yaxes=True
    )
    apply_theme(fig, dark)
    for number, code in enumerate(FINDINGS):
        truth, probability = _truth_and_probability(table, code)
        counts = confusion_matrix(truth, probability >= thresholds[code], labels=[True, False])
        fig.add_trace(_confusion(counts, colours), row=number // _COLUMNS + 1, col=number % _COLUMNS + 1)
    fig.update_layout(height=230 * n_rows + 60, margin={"t": 50, "l": 70})
    fig.update_annotations(font={"size": FONT_SIZE_PX, "color": colours.text})
    fig.update_xaxes(type="category", showgrid=False)
    fig.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return fig


def age_heatmap_figure(table: pd.DataFrame, dark: bool) -> go.Figure:
    """ECG age over chronological age as counts, with the line on which both are equal; what lies beyond counts at the edge."""
    known = _with_ages(table)
    ages = np.clip(known[["age_years", "age_estimate"]].to_numpy(np.float64).T, *AGE_RANGE_YEARS)
    edges = np.linspace(*AGE_RANGE_YEARS, _AGE_BINS + 1)
    counts, _, _ = np.histogram2d(ages[0], ages[1], bins=[edges, edges])
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    fig.add_heatmap(
        z=np.where(counts, counts, np.nan).T.astype(np.float32),
        x0=(edges[0] + edges[1]) / 2,
        dx=edges[1] - edges[0],
        y0=(edges[0] + edges[1]) / 2,
        dy=edges[1] - edges[0],
        colorscale=[[place, colour] for place, colour in colours.heat],
        colorbar={"title": {"text": "records"}, "thickness": 12, "outlinewidth": 0},
        hovertemplate="age %{x:.0f}, ECG age %{y:.0f}: %{z} records<extra></extra>",
        name="records",
    )
    fig.add_scatter(
        x=list(AGE_RANGE_YEARS),
        y=list(AGE_RANGE_YEARS),
        mode="lines",
        line={"color": colours.zones["moderate"], "width": 2, "dash": "dash"},
        name="equal",
        hoverinfo="skip",
    )
    fig.update_layout(height=_HEIGHT_PX + 20, showlegend=False)
    fig.update_xaxes(title="Age (years)", range=list(AGE_RANGE_YEARS), showgrid=False, constrain="domain")
    fig.update_yaxes(
        title="ECG age (years)",
        range=list(AGE_RANGE_YEARS),
        scaleanchor="x",
        constrain="domain",
        showgrid=False,
    )
    return fig


def age_bland_altman_figure(table: pd.DataFrame, dark: bool) -> go.Figure:
    """ECG age less age over the mean of both, with bias and limits of agreement (Bland and Altman, Lancet 1986;1:307)."""
    known = _with_ages(table)
    age, estimate = (known[name].to_numpy(np.float64) for name in ("age_years", "age_estimate"))
    difference = estimate - age
    bias, spread = float(difference.mean()), _LIMITS * float(difference.std(ddof=1))
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    fig.add_scatter(
        x=((age + estimate) / 2).round(1),
        y=difference.round(1),
        mode="markers",
        marker={"size": 5, "color": colours.accent, "opacity": 0.35},
        name="records",
        hovertemplate="mean %{x:.0f}, difference %{y:+.0f} years<extra></extra>",
    )
    for value, name, dash in (
        (bias, "bias", "solid"),
        (bias - spread, "95 % limit", "dash"),
        (bias + spread, "95 % limit", "dash"),
    ):
        fig.add_hline(
            value,
            line={"color": colours.zones["moderate"], "dash": dash, "width": 2},
            annotation={
                "text": f"{name} {value:+.1f} years".replace("-", "−"),
                "font": {"color": colours.zones["moderate"]},
                "bgcolor": colours.background,
                "opacity": 0.9,
            },
        )
    fig.update_layout(height=_HEIGHT_PX, showlegend=False)
    fig.update_xaxes(title="Mean of ECG age and age (years)")
    fig.update_yaxes(title="ECG age − age (years)")
    return fig


def _curves_figure(
    table: pd.DataFrame, curves: Mapping[FindingCode, tuple[Floats, Floats]], dark: bool
) -> go.Figure:
    colours = palette(dark)
    fig = apply_theme(go.Figure(), dark)
    for number, (code, (x, y)) in enumerate(curves.items()):
        kept = _corners(x)
        n_positive = int((table[f"true_{code}"] > 0.5).sum())
        fig.add_scatter(
            x=x[kept].astype(np.float32),
            y=y[kept].astype(np.float32),
            mode="lines",
            line={
                "color": colours.series[number % len(colours.series)],
                "dash": _DASHES[number // len(colours.series)],
                "width": 2,
            },
            name=f"{code} (n={n_positive})",
            hovertemplate=f"{code}: %{{x:.2f}}, %{{y:.2f}}<extra></extra>",
        )
    fig.update_layout(height=_HEIGHT_PX, margin={"t": 90}, legend={"font": {"size": FONT_SIZE_PX - 2}})
    fig.update_xaxes(range=[-0.02, 1.02], constrain="domain")
    fig.update_yaxes(range=[-0.02, 1.02])
    return fig


def _corners(x: Floats) -> NDArray[np.bool_]:
    """All points of a curve but those amid others at the same place of the x axis."""
    moves = np.diff(x) != 0
    return np.concatenate([[True], moves]) | np.concatenate([moves, [True]])


def _confusion(counts: NDArray[np.integer], colours: Palette) -> go.Heatmap:
    totals = counts.sum(axis=1, keepdims=True)
    share = np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
    return go.Heatmap(
        z=share.astype(np.float32),
        x=["named", "not named"],
        y=["has it", "has it not"],
        zmin=0,
        zmax=1.5,  # leaves the strongest colours out, on which text is hard to read
        colorscale=[list(stop) for stop in colours.heat],
        showscale=False,
        text=[
            [f"<b>{n}</b><br>{percent(s)}" for n, s in zip(*row, strict=True)]
            for row in zip(counts.tolist(), share.tolist(), strict=True)
        ],
        texttemplate="%{text}",
        textfont={"size": FONT_SIZE_PX - 2},
        xgap=2,
        ygap=2,
        hovertemplate="%{y}, %{x}: %{text}<extra></extra>",
    )


def _told_apart(table: pd.DataFrame) -> Sequence[FindingCode]:
    """The findings of which the table has records with and without."""
    return [code for code in FINDINGS if (table[f"true_{code}"] > 0.5).nunique() == 2]


def _truth_and_probability(table: pd.DataFrame, code: FindingCode) -> tuple[NDArray[np.bool_], Floats]:
    """Of the records that were answered."""
    answered = table[table[f"p_{code}"].notna()]
    return answered[f"true_{code}"].to_numpy() > 0.5, answered[f"p_{code}"].to_numpy(np.float64)


def _with_ages(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["age_years"].notna() & table["age_estimate"].notna()]
