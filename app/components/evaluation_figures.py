"""The figures of an evaluation, section by section: each says what its data were, and can be saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app import state
from app.components.downloads import figure_with_downloads
from ecg_core.evaluation.conditions import NAMES, Condition
from ecg_core.evaluation.curves import DetectionCurves, detection_curves
from ecg_core.evaluation.metrics import (
    Summary,
    estimates_per_range,
    per_range,
    range_confusion,
    range_coverage,
)
from ecg_core.evaluation.origin import origin_words
from ecg_core.evaluation.probabilities import brier_score, class_reliability, expected_calibration_error
from ecg_core.evaluation.ranges import K_RANGES
from ecg_core.figures.detection import precision_recall_figure, roc_figure
from ecg_core.figures.estimate_and_truth import POTASSIUM, bland_altman_figure, truth_heatmap_figure
from ecg_core.figures.evaluation import (
    confusion_figure,
    coverage_figure,
    error_figure,
    range_boxplot_figure,
    reliability_figure,
)

PANEL_PX = 500  # two beside each other at 1440 px, one on a tablet


class Panel(NamedTuple):
    """A figure with its heading and a sentence on how to read it; `kind` names its file."""

    title: str
    kind: str
    figure: Callable[[], go.Figure]
    note: str


def draw_panels(panels: Sequence[Panel], table: pd.DataFrame, filename: str) -> None:
    """Figures of `table` beside each other where the screen is wide enough."""
    words = origin_words(table)
    with st.container(horizontal=True, gap="large"):
        for panel in panels:
            with st.container(width=PANEL_PX):
                st.subheader(panel.title)
                st.caption(panel.note)
                figure_with_downloads(
                    panel.figure(),
                    key=f"{panel.kind}_{filename}",
                    filename=f"{filename}_{panel.kind}",
                    alt=f"{panel.title}: {words}",
                    origin=words,
                )


def estimate_panels(table: pd.DataFrame, summary: Summary) -> list[Panel]:
    """How far estimates lie from the truth."""
    dark = state.is_dark()
    truth, k = table["k_true_meq_l"].to_numpy(), table["k_meq_l"].to_numpy()
    ranges = per_range(table).to_dict(orient="list")
    bounds = [(k_range.low_meq_l, k_range.high_meq_l) for k_range in K_RANGES]
    return [
        Panel(
            "Estimated and true potassium",
            "heatmap",
            lambda: truth_heatmap_figure(truth, k, POTASSIUM, dark),
            "Each cell counts ECGs. On the dashed line the estimate equals the truth.",
        ),
        Panel(
            "Bland-Altman",
            "bland_altman",
            lambda: bland_altman_figure(truth, k, summary.bias_meq_l, summary.limits_meq_l, POTASSIUM, dark),
            "Between the dashed lines lie about 95 % of the differences. A slope shows estimates drawn to the middle.",
        ),
        Panel(
            "Estimates in each true range",
            "boxplot",
            lambda: range_boxplot_figure(estimates_per_range(table), bounds, dark),
            "Median, quartiles, 5th to 95th percentile. Dotted boxes: where the estimates should lie.",
        ),
        Panel(
            "Error in each true range",
            "error",
            lambda: error_figure(
                ranges["range"], ranges["n"], ranges["mae_meq_l"], ranges["mae_of_mean_meq_l"], dark
            ),
            "A model is useful only where it beats always answering the mean of the data set.",
        ),
    ]


def detection_panels(table: pd.DataFrame) -> list[Panel]:
    """How well hypo-, hyper- and severe hyperkalemia are found."""
    dark = state.is_dark()
    found = _curves(table)
    return [
        Panel(
            "Finding it: ROC curves",
            "roc",
            lambda: roc_figure(found, dark),
            "By the estimate as the score. Bands and brackets: 95 % bootstrap intervals over patients.",
        ),
        Panel(
            "Precision and recall",
            "precision_recall",
            lambda: precision_recall_figure(found, dark),
            "Precision depends on how common a condition is; the dotted levels are those of this data set.",
        ),
        Panel(
            "Confusion of ranges",
            "confusion",
            lambda: confusion_figure(range_confusion(table), [k_range.label for k_range in K_RANGES], dark),
            "Count, and share of the true range (row).",
        ),
    ]


@st.cache_data(scope="session", max_entries=8, show_spinner="Measuring with bootstrap bands…")
def _curves(table: pd.DataFrame) -> tuple[DetectionCurves, ...]:
    return detection_curves(table)


def uncertainty_panels(table: pd.DataFrame, target_coverage: float) -> list[Panel]:
    """Whether intervals and probabilities keep their promises."""
    dark = state.is_dark()
    held = range_coverage(table).to_dict(orient="list")
    bounds = list(zip(held["coverage_low"], held["coverage_high"], strict=True))
    coverage = Panel(
        "Interval coverage in each true range",
        "coverage",
        lambda: coverage_figure(held["range"], held["n"], held["coverage"], bounds, target_coverage, dark),
        "How often the true value lies inside the interval that was shown, with 95 % intervals over patients.",
    )
    known = [condition for condition in NAMES if table[f"p_{condition}"].notna().any()]
    return [coverage, *(_reliability(table, condition, dark) for condition in known)]


def _reliability(table: pd.DataFrame, condition: Condition, dark: bool) -> Panel:
    bins, name = class_reliability(table, condition), NAMES[condition].lower()
    columns = bins.to_dict(orient="list")
    return Panel(
        f"Can the probability of {name} be believed?",
        f"reliability_{condition}",
        lambda: reliability_figure(columns["predicted"], columns["observed"], columns["n"], name, dark),
        f"Brier score {brier_score(table, condition):.3f}, expected calibration error {expected_calibration_error(bins):.3f}. "
        "Numbers: examples in each bin. Valid for the class mix of this data set only.",
    )
