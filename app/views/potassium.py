"""Potassium: danger signs in the ECG itself, what the models estimate, how far to trust it, and why."""

from __future__ import annotations

from functools import partial

import streamlit as st

from app import state
from app.components.checkpoints import cards_by_model, draw_left_out
from app.components.class_probabilities import draw_probabilities
from app.components.danger_signs import draw_danger_signs
from app.components.downloads import csv_download
from app.components.explanation_panel import draw_explanation
from app.components.model_inputs_panel import draw_inputs
from app.components.model_table import draw_models
from app.components.patient_panel import draw_patient
from app.components.rhythm_trust import draw_rhythm_trust
from app.components.signs_panel import draw_signs
from app.components.text import as_markdown
from app.components.twelve_lead_models import answer_for_trust
from ecg_core.analysis import Analysis
from ecg_core.inference.comparison import Comparison, compare, shared_flags
from ecg_core.inference.table import predictions_table

NOTICE = (
    "**Research estimate, not a measurement.** These models learned from potassium effects *simulated* over real "
    "ECGs and were not validated on laboratory potassium. Neither start nor withhold treatment because of them."
)
GENERAL_DOUBTS = (
    "All models learned from one simulation of potassium, so they can all be wrong in the same way.",
    "Many patients with severe hyperkalemia have a nearly normal ECG; no model can see what is not there.",
    "Bundle branch block, pacing, hypertrophy, ischemia and drugs change the same waves as potassium does.",
)

TABLE_COLUMNS = {
    name: st.column_config.NumberColumn(format="%.2f") for name in ("k_meq_l", "k_low", "k_high")
} | {name: st.column_config.NumberColumn(format="%.3f") for name in ("p_hypo", "p_hyper")}


def draw_page(analysis: Analysis) -> None:
    predictions = analysis.predictions
    comparison = compare(predictions)
    cards = cards_by_model() if predictions else {}
    draw_simulated(analysis)
    draw_danger_signs(analysis.signs)
    draw_headline(comparison)
    draw_left_out()
    draw_trust = partial(draw_rhythm_trust, analysis.rhythm, answer_for_trust(analysis))
    if predictions:
        draw_models(predictions, comparison, cards, draw_trust)
    else:
        draw_trust()
    if predictions:
        draw_doubts(analysis)
    with st.expander("Why: measured values, the trace, what would change it", icon=":material/search:"):
        draw_explanation(analysis)
    with st.expander("This patient: earlier ECGs with laboratory values", icon=":material/person:"):
        draw_patient(analysis, cards)
    if comparison.n_estimates:
        with st.expander("Class probabilities", icon=":material/percent:"):
            draw_probabilities(predictions, cards)
    with st.expander("All signs, their limits and sources", icon=":material/rule:"):
        draw_signs(analysis.signs)
    if predictions:
        with st.expander("What each model saw", icon=":material/visibility:"):
            draw_inputs(predictions)
        draw_table(analysis)


def draw_simulated(analysis: Analysis) -> None:
    if analysis.record.simulated:
        st.warning(
            "## SIMULATED ECG\nThis record was made by a simulation. It is no patient's.",
            icon=":material/science:",
        )


def draw_headline(comparison: Comparison) -> None:
    text = f"### {comparison.headline}"
    silent = comparison.n_models > 0 and not comparison.n_estimates  # no news is no good news
    if silent or comparison.finding in ("hyper", "contradictory"):
        st.error(text, icon=":material/warning:")
    elif comparison.finding == "hypo":
        st.warning(text, icon=":material/arrow_downward:")
    elif comparison.finding == "borderline":
        st.warning(text, icon=":material/warning:")
    else:
        st.info(text, icon=":material/info:")
    st.markdown(f":material/science: {NOTICE}")


def draw_doubts(analysis: Analysis) -> None:
    """The reasons to distrust that concern all models."""
    st.subheader("Reasons to distrust these estimates")
    doubts = [flag.text for flag in shared_flags(analysis.predictions)]
    if analysis.quality.grade != "good" or analysis.quality.electrodes is not None:
        doubts.append(f"Signal quality: {analysis.quality.summary}")
    lines = [f"- :material/flag: **{as_markdown(doubt)}**" for doubt in doubts]
    lines += [f"- {doubt}" for doubt in GENERAL_DOUBTS]
    st.markdown("\n".join(lines))


def draw_table(analysis: Analysis) -> None:
    st.subheader("As a table")
    table = predictions_table(analysis.record.source.name, analysis.predictions)
    st.dataframe(table, hide_index=True, key="predictions", placeholder="–", column_config=TABLE_COLUMNS)
    st.caption(
        "Research estimates of models that learned from simulated potassium. The probabilities assume the class mix of the "
        "calibration set, not your prevalence."
    )
    csv_download(table, key="predictions_csv", filename="predictions", label="Download predictions (CSV)")


draw_page(state.require_analysis())
