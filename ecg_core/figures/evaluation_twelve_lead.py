"""How well findings and ECG age were told on a test set, from a table of `ecg_core.evaluation.twelve_lead`."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots
from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_curve

from ecg_core.figures.confusion import confusion_heatmap
from ecg_core.figures.estimate_and_truth import Estimated, bland_altman_figure, truth_heatmap_figure
from ecg_core.figures.operating_curves import OperatingCurve, draw_precision_recall, draw_roc
from ecg_core.figures.theme import FONT_SIZE_PX, apply_theme, palette
from ecg_core.twelve_lead.types import FINDING_NAMES, FINDINGS, FindingCode

ECG_AGE = Estimated("ECG age", "Age", "years", (15.0, 95.0), 32, 1)  # bins of 2.5 years

_DASHES = ("solid", "dash", "dot")
_LIMITS = 1.96  # standard deviations: Bland and Altman, Lancet 1986;1:307
_COLUMNS = 3
_TITLE_CHARACTERS = 22  # a third of a tablet's width

Floats = NDArray[np.float64]


def roc_figure(table: pd.DataFrame, dark: bool) -> go.Figure:
    """Sensitivity over 1 - specificity, a curve for each finding with its number of positive records."""
    curves = []
    for code in _told_apart(table):
        false_positive, sensitivity, _ = roc_curve(*_truth_and_probability(table, code))
        curves.append(_styled(table, code, false_positive, sensitivity, dark))
    return draw_roc(curves, dark)


def precision_recall_figure(table: pd.DataFrame, dark: bool) -> go.Figure:
    """Precision over sensitivity, a curve for each finding; chance is the share of positive records, near 0."""
    curves = []
    for code in _told_apart(table):
        precision, recall, _ = precision_recall_curve(*_truth_and_probability(table, code))
        curves.append(_styled(table, code, recall, precision, dark))
    return draw_precision_recall(curves, dark)


def confusion_grid_figure(
    table: pd.DataFrame, thresholds: Mapping[FindingCode, float], dark: bool
) -> go.Figure:
    """A confusion heatmap for each finding at its threshold: counts, and shares of the true class (row)."""
    colours = palette(dark)
    n_rows = -(-len(FINDINGS) // _COLUMNS)
    fig = make_subplots(
        n_rows,
        _COLUMNS,
        subplot_titles=[
            "<br>".join(textwrap.wrap(name, _TITLE_CHARACTERS)) for name in FINDING_NAMES.values()
        ],
        vertical_spacing=0.24,
        shared_yaxes=True,
    )
    apply_theme(fig, dark)
    for number, code in enumerate(FINDINGS):
        truth, probability = _truth_and_probability(table, code)
        counts = confusion_matrix(truth, probability >= thresholds[code], labels=[True, False])
        heat = confusion_heatmap(counts, ["named", "not named"], ["has it", "has it not"], dark)
        fig.add_trace(heat, row=number // _COLUMNS + 1, col=number % _COLUMNS + 1)
    fig.update_layout(height=240 * n_rows + 90, margin={"t": 84, "l": 70})
    fig.update_annotations(font={"size": FONT_SIZE_PX, "color": colours.text})
    fig.update_xaxes(type="category", showgrid=False)
    fig.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return fig


def age_heatmap_figure(table: pd.DataFrame, dark: bool) -> go.Figure:
    """ECG age over chronological age as counts, with the line on which both are equal; what lies beyond counts at the edge."""
    return truth_heatmap_figure(*_ages(table), ECG_AGE, dark)


def age_bland_altman_figure(table: pd.DataFrame, dark: bool) -> go.Figure:
    """ECG age less age over the mean of both, with bias and limits of agreement (Bland and Altman, Lancet 1986;1:307)."""
    age, estimate = _ages(table)
    difference = (estimate - age)[np.isfinite(estimate - age)]
    bias, spread = float(difference.mean()), _LIMITS * float(difference.std(ddof=1))
    return bland_altman_figure(age, estimate, bias, (bias - spread, bias + spread), ECG_AGE, dark)


def _styled(table: pd.DataFrame, code: FindingCode, x: Floats, y: Floats, dark: bool) -> OperatingCurve:
    """Without the points that lie amid others at the same place of the x axis."""
    series, number, kept = palette(dark).series, FINDINGS.index(code), _corners(x)
    return OperatingCurve(
        code,
        f"{FINDING_NAMES[code]} (n={int((table[f'true_{code}'] > 0.5).sum())})",
        x[kept].astype(np.float32),
        y[kept].astype(np.float32),
        series[number % len(series)],
        _DASHES[number // len(series)],
    )


def _corners(x: Floats) -> NDArray[np.bool_]:
    """All points of a curve but those amid others at the same place of the x axis."""
    moves = np.diff(x) != 0
    return np.concatenate([[True], moves]) | np.concatenate([moves, [True]])


def _told_apart(table: pd.DataFrame) -> Sequence[FindingCode]:
    """The findings of which the table has records with and without."""
    return [code for code in FINDINGS if (table[f"true_{code}"] > 0.5).nunique() == 2]


def _truth_and_probability(table: pd.DataFrame, code: FindingCode) -> tuple[NDArray[np.bool_], Floats]:
    """Of the records that were answered."""
    answered = table[table[f"p_{code}"].notna()]
    return answered[f"true_{code}"].to_numpy() > 0.5, answered[f"p_{code}"].to_numpy(np.float64)


def _ages(table: pd.DataFrame) -> tuple[Floats, Floats]:
    """Age and ECG age in years, `(records,)` each; NaN where not known."""
    return table["age_years"].to_numpy(np.float64), table["age_estimate"].to_numpy(np.float64)
