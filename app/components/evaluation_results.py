"""Everything that one table of true and estimated potassium tells, drawn: provenance, numbers, then a section at a time."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from app.components.evaluation_figures import (
    detection_panels,
    draw_panels,
    estimate_panels,
    uncertainty_panels,
)
from app.components.prevalence import choose_prevalence, choose_severe_share, draw_predictive_values
from app.components.result_table import draw_result_table
from app.components.text import as_markdown, number
from ecg_core.errors import ECGError
from ecg_core.evaluation.bootstrap import WithInterval
from ecg_core.evaluation.conditions import Condition
from ecg_core.evaluation.metrics import Summary, per_range, range_coverage, summarize
from ecg_core.evaluation.origin import origin_words
from ecg_core.evaluation.report import summary_table
from ecg_core.evaluation.subgroups import MIN_PATIENTS, by_subgroup, groups_of_table

ESTIMATES, DETECTION, UNCERTAINTY, PREVALENCE, SUBGROUPS = (
    "Estimates",
    "Detection",
    "Uncertainty",
    "Alarms",
    "Subgroups",
)
SECTIONS = (ESTIMATES, DETECTION, UNCERTAINTY, PREVALENCE, SUBGROUPS)

SUMMARY_WORDS = {"measure": "Measure", "value": "Value", "unit": "Unit"}


@st.cache_data(scope="session", max_entries=8, show_spinner="Measuring with bootstrap intervals…")
def measured(table: pd.DataFrame) -> Summary:
    """The headline numbers; kept for this session alone, because a table may come from a user."""
    return summarize(table)


def draw_results(
    table: pd.DataFrame, dataset: str, filename: str, target_coverage: float, section: str
) -> None:
    """One of `SECTIONS` of what a table of truths and estimates tells. Raises ECGError when it holds no estimate."""
    summary = measured(table)
    draw_provenance(table, dataset, summary)
    draw_numbers(summary, target_coverage)
    if section == ESTIMATES:
        draw_panels(estimate_panels(table, summary), table, filename)
        draw_summary(summary, origin_words(table), filename)
    elif section == DETECTION:
        draw_panels(detection_panels(table), table, filename)
        draw_ranges(table, filename)
    elif section == UNCERTAINTY:
        draw_panels(uncertainty_panels(table, target_coverage), table, filename)
        draw_result_table(
            range_coverage(table),
            key=f"coverage_table_{filename}",
            filename=f"{filename}_coverage",
            origin=origin_words(table),
        )
    elif section == PREVALENCE:
        draw_alarms(table, filename)
    else:
        draw_subgroups(table, filename)


def draw_summary(summary: Summary, origin: str, filename: str) -> None:
    st.subheader("The numbers")
    draw_result_table(
        summary_table(summary),
        key=f"summary_{filename}",
        filename=f"{filename}_summary",
        origin=origin,
        words=SUMMARY_WORDS,
    )
    st.caption("95 % bootstrap intervals over patients, or over base ECGs where patients are not known.")


def draw_ranges(table: pd.DataFrame, filename: str) -> None:
    st.subheader("Range by range")
    draw_result_table(
        per_range(table),
        key=f"ranges_{filename}",
        filename=f"{filename}_per_range",
        origin=origin_words(table),
    )
    st.caption("n is the support; precision, recall and F1 are those of naming the range by the estimate.")


def draw_alarms(table: pd.DataFrame, filename: str) -> None:
    st.subheader("What an alarm means where you work")
    prevalence = choose_prevalence("evaluation")
    shares: dict[Condition, float] = {"hyper": prevalence.hyper, "hypo": prevalence.hypo}
    severe = choose_severe_share() if table["p_severe"].notna().any() else None
    if severe is not None:
        shares["severe"] = severe
    try:
        found = draw_predictive_values(table, shares)
    except ECGError as error:
        st.info(as_markdown(str(error)), icon=":material/info:")
        return
    draw_result_table(
        found, key=f"alarms_{filename}", filename=f"{filename}_alarms", origin=origin_words(table)
    )
    st.caption(
        "An alarm is a probability above 0.5 as it stands in the table. Sensitivity and specificity are those of this data "
        "set; that they hold for your patients is assumed."
    )


def draw_subgroups(table: pd.DataFrame, filename: str) -> None:
    st.subheader("Parts of the patients")
    found = by_subgroup(table, groups_of_table(table), n_resamples=200)
    if found.empty:
        st.info("Neither flags nor record names tell parts of these patients apart.", icon=":material/info:")
        return
    draw_result_table(
        found, key=f"subgroups_{filename}", filename=f"{filename}_subgroups", origin=origin_words(table)
    )
    st.caption(
        f"Under a value: its 95 % bootstrap interval, and n with the condition. Fewer than {MIN_PATIENTS} patients: only counted. Several groups are looked at, so one that stands out may do so "
        "by chance. Sex, age and the width of QRS are told where the table holds them."
    )


def draw_provenance(table: pd.DataFrame, dataset: str, summary: Summary) -> None:
    """What the data were, in plain sight."""
    size = (
        f"{summary.n:,} {'estimate' if summary.n == 1 else 'estimates'}, "
        f"{summary.n_patients:,} {'patient or base ECG' if summary.n_patients == 1 else 'patients or base ECGs'}, "
        f"{summary.n_abstained:,} without an estimate"
    )
    name = as_markdown(dataset)
    if table["simulated"].all():
        over = name.removeprefix("simulated potassium over ")
        st.warning(
            f"**SIMULATED potassium** over real ECGs ({over}): {size}. "
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
            ("AUC hyperkalemia", number(summary.hyper.auc.value, 3), interval_words(summary.hyper.auc, 3)),
            ("AUC hypokalemia", number(summary.hypo.auc.value, 3), interval_words(summary.hypo.auc, 3)),
            ("Truth inside interval", f"{summary.coverage:.0%}", f"aim {target_coverage:.0%}"),
        ):
            st.metric(label, value, note, delta_color="off", delta_arrow="off", border=True, width=200)


def interval_words(measured: WithInterval, digits: int = 2) -> str:
    if math.isnan(measured.value):
        return "needs ECGs with and without"
    return f"95 % CI {measured.low:.{digits}f}–{measured.high:.{digits}f}"
