"""Everything that one table of true and estimated potassium tells, drawn: provenance, numbers, figures, tables."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app import state
from app.components.downloads import figure_with_downloads, table_with_download
from app.components.text import as_markdown
from ecg_core.evaluation.bootstrap import WithInterval
from ecg_core.evaluation.metrics import (
    Summary,
    estimates_per_range,
    hyper_reliability,
    per_range,
    range_confusion,
    summarize,
)
from ecg_core.evaluation.ranges import K_RANGES
from ecg_core.evaluation.report import summary_table
from ecg_core.figures.evaluation import (
    confusion_figure,
    coverage_figure,
    error_figure,
    range_boxplot_figure,
    reliability_figure,
    truth_heatmap_figure,
)

_PANEL_PX = 500  # two beside each other at 1440 px, one on a tablet

FOUR_FIGURES = st.column_config.NumberColumn(format="%.4g")
LOW = st.column_config.NumberColumn("95 % CI from", format="%.4g")
HIGH = st.column_config.NumberColumn("to", format="%.4g")
RANGE_COLUMNS = {
    "range": "True K (mEq/L)",
    "mae_meq_l": st.column_config.NumberColumn("MAE (mEq/L)", format="%.2f"),
    "mae_of_mean_meq_l": st.column_config.NumberColumn("MAE of the mean", format="%.2f"),
    "bias_meq_l": st.column_config.NumberColumn("Bias (mEq/L)", format="%+.2f"),
    "coverage": st.column_config.NumberColumn("Coverage", format="percent"),
    "precision": st.column_config.NumberColumn("Precision", format="%.2f"),
    "recall": st.column_config.NumberColumn("Recall", format="%.2f"),
    "f1": st.column_config.NumberColumn("F1", format="%.2f"),
}


@st.cache_data(scope="session", max_entries=8, show_spinner="Measuring with bootstrap intervals…")
def measured(table: pd.DataFrame) -> Summary:
    """The headline numbers; kept for this session alone, because a table may come from a user."""
    return summarize(table)


def draw_results(table: pd.DataFrame, dataset: str, filename: str, target_coverage: float) -> None:
    """Everything that one table of truths and estimates tells. Raises ECGError when it holds no estimate."""
    summary = measured(table)
    draw_provenance(table, dataset, summary)
    draw_numbers(summary, target_coverage)
    draw_figures(table, filename, target_coverage)
    draw_tables(table, summary, filename)


def draw_tables(table: pd.DataFrame, summary: Summary, filename: str) -> None:
    st.subheader("The numbers")
    table_with_download(
        summary_table(summary),
        key=f"summary_{filename}",
        filename=f"{filename}_summary",
        height="content",
        column_config={"value": FOUR_FIGURES, "ci_low": LOW, "ci_high": HIGH},
    )
    st.caption("95 % bootstrap intervals over patients, or over base ECGs where patients are not known.")
    table_with_download(
        per_range(table),
        key=f"ranges_{filename}",
        filename=f"{filename}_per_range",
        column_config=RANGE_COLUMNS,
    )


def draw_provenance(table: pd.DataFrame, dataset: str, summary: Summary) -> None:
    """What the data were, in plain sight."""
    size = f"{summary.n} estimates, {summary.n_patients} patients or base ECGs, {summary.n_abstained} without an estimate"
    name = as_markdown(dataset)
    if table["simulated"].all():
        st.warning(
            f"**SIMULATED potassium.** {name}: real ECGs with simulated potassium effects; {size}. "
            "These results say how well the model reads the simulation, not how well it does on patients.",
            icon=":material/science:",
        )
    elif table["simulated"].any():
        share = table["simulated"].mean()
        st.warning(f"**Partly simulated ({share:.0%} of rows).** {name}; {size}.", icon=":material/science:")
    else:
        st.info(f"**Marked as real in the table.** {name}; {size}.", icon=":material/person:")


def draw_numbers(summary: Summary, target_coverage: float) -> None:
    with st.container(horizontal=True):
        for label, value, note in (
            (
                "Mean absolute error",
                f"{summary.mae_meq_l.value:.2f} mEq/L",
                interval_words(summary.mae_meq_l),
            ),
            ("… of always the mean", f"{summary.mae_of_mean_meq_l:.2f} mEq/L", "the mark to beat"),
            ("AUC hyperkalemia", f"{summary.hyper.auc.value:.3f}", interval_words(summary.hyper.auc, 3)),
            ("AUC hypokalemia", f"{summary.hypo.auc.value:.3f}", interval_words(summary.hypo.auc, 3)),
            ("Truth inside interval", f"{summary.coverage:.0%}", f"aim {target_coverage:.0%}"),
        ):
            st.metric(label, value, note, delta_color="off", delta_arrow="off", border=True, width=200)


def interval_words(number: WithInterval, digits: int = 2) -> str:
    return f"95 % CI {number.low:.{digits}f}–{number.high:.{digits}f}"


def draw_figures(table: pd.DataFrame, filename: str, target_coverage: float) -> None:
    dark = state.is_dark()
    ranges = per_range(table).to_dict(orient="list")
    labels, n = ranges["range"], ranges["n"]
    bins = hyper_reliability(table).to_dict(orient="list")
    bounds = [(k_range.low_meq_l, k_range.high_meq_l) for k_range in K_RANGES]
    panels: tuple[tuple[str, str, Callable[[], go.Figure], str], ...] = (
        (
            "Estimated and true potassium",
            "heatmap",
            lambda: truth_heatmap_figure(table["k_true_meq_l"].to_numpy(), table["k_meq_l"].to_numpy(), dark),
            "Each cell counts examples. On the dashed line the estimate equals the truth.",
        ),
        (
            "Confusion of ranges",
            "confusion",
            lambda: confusion_figure(range_confusion(table), labels, dark),
            "Count, and share of the true range (row).",
        ),
        (
            "Estimates in each true range",
            "boxplot",
            lambda: range_boxplot_figure(estimates_per_range(table), bounds, dark),
            "Median, quartiles, 5th to 95th percentile. Dotted boxes: where the estimates should lie.",
        ),
        (
            "Error in each true range",
            "error",
            lambda: error_figure(labels, n, ranges["mae_meq_l"], ranges["mae_of_mean_meq_l"], dark),
            "A model is useful only where it beats always answering the mean of the data set.",
        ),
        (
            "Interval coverage in each true range",
            "coverage",
            lambda: coverage_figure(labels, n, ranges["coverage"], target_coverage, dark),
            "How often the true value lies inside the interval that was shown.",
        ),
        (
            "Can the probability of hyperkalemia be believed?",
            "reliability",
            lambda: reliability_figure(bins["predicted"], bins["observed"], bins["n"], "hyperkalemia", dark),
            "Numbers: examples in each bin. Valid for the class mix of this data set only.",
        ),
    )
    with st.container(horizontal=True, gap="large"):
        for title, kind, figure, note in panels:
            with st.container(width=_PANEL_PX):
                st.subheader(title)
                st.caption(note)
                figure_with_downloads(
                    figure(), key=f"{kind}_{filename}", filename=f"{filename}_{kind}", alt=title
                )
