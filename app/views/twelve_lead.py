"""12-lead: six findings of rhythm and conduction, the age the ECG looks like, and leads that were not recorded."""

from __future__ import annotations

import math
from collections.abc import Sequence

import streamlit as st

from app import state
from app.components.ecg_age_panel import draw_age
from app.components.finding_saliency_panel import draw_saliency
from app.components.findings_panel import draw_findings
from app.components.restored_panel import draw_restored
from app.components.text import as_markdown
from app.components.twelve_lead_card import draw_card
from app.components.twelve_lead_models import installed_twelve_lead, said_by
from ecg_core.analysis import Analysis
from ecg_core.errors import CheckpointError
from ecg_core.twelve_lead.checkpoint import TwelveLeadCheckpoint
from ecg_core.twelve_lead.installed import first_to_answer
from ecg_core.twelve_lead.types import TwelveLeadAnswer

NOTICE = (
    "**Read by a program, not confirmed by a physician.** It knows six findings and nothing else: "
    "ischemia, pacing, other blocks and other arrhythmias are not among them."
)


def draw_page(analysis: Analysis) -> None:
    checkpoint = choose_model(analysis.record.leads)
    if checkpoint is not None:
        said = said_by(checkpoint, analysis)
        draw_headline(said.answer)
        if not said.answer.abstained:
            draw_answer(analysis, checkpoint, said.answer)
    draw_restored(analysis)
    if checkpoint is not None:
        draw_card(checkpoint.card, said.seconds)


def choose_model(leads: Sequence[str]) -> TwelveLeadCheckpoint | None:
    """The installed model, or the one chosen of several, at first the one for so many leads; without any, say so."""
    try:
        checkpoints = installed_twelve_lead()
    except CheckpointError as error:
        st.warning(f"**There are no findings to show.** {as_markdown(str(error))}", icon=":material/warning:")
        return None
    if len(checkpoints) == 1:
        return checkpoints[0]
    by_title = {checkpoint.card.title: checkpoint for checkpoint in checkpoints}
    usual = first_to_answer(checkpoints, leads).card.title
    title = st.selectbox(
        "Model",
        list(by_title),
        index=list(by_title).index(usual),
        key=f"twelve_lead_model_{state.n_opened()}",
        width=340,
        persist_state="session",
    )
    return by_title[title]


def draw_headline(answer: TwelveLeadAnswer) -> None:
    """What was found in one line, from which leads, and why to distrust it."""
    present = [finding.name for finding in answer.findings if finding.present]
    if answer.abstained:
        st.warning("### The model does not answer for this ECG", icon=":material/warning:")
    elif present:
        st.warning(f"### {', '.join(present)}", icon=":material/ecg_heart:")
    elif _says_findings(answer):
        st.info("### None of the six findings", icon=":material/info:")
    if answer.leads_used:
        n_leads = f"{len(answer.leads_used)} lead{'s' if len(answer.leads_used) > 1 else ''}"
        st.markdown(f"**{as_markdown(answer.title)} answers from {n_leads}:** {', '.join(answer.leads_used)}")
    if answer.flags:
        st.markdown("\n".join(f"- :material/flag: {as_markdown(flag.text)}" for flag in answer.flags))
    st.caption(NOTICE)


def draw_answer(analysis: Analysis, checkpoint: TwelveLeadCheckpoint, answer: TwelveLeadAnswer) -> None:
    """Findings and age side by side; a model may answer one of them only."""
    with st.container(key="kalium_side_by_side_twelve_lead"):
        left, right = st.columns([3, 2], gap="large")
    with left:
        draw_findings(analysis, answer)
    if not math.isnan(answer.age_years):
        with right:
            draw_age(answer, analysis.record.patient)
    if _says_findings(answer):
        draw_saliency(analysis, checkpoint, answer)


def _says_findings(answer: TwelveLeadAnswer) -> bool:
    return any(not math.isnan(finding.probability) for finding in answer.findings)


draw_page(state.require_analysis())
