"""Where in the trace a finding rests on."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components.downloads import figure_with_downloads
from ecg_core.analysis import Analysis, annotated_ecg
from ecg_core.explanation.finding_saliency import FindingSaliency, finding_saliency
from ecg_core.figures.page import arrange, default_layout
from ecg_core.figures.paper import aspect_ratio, paper_figure
from ecg_core.figures.probabilities import percent
from ecg_core.figures.theme import palette
from ecg_core.figures.trace_saliency import add_saliency
from ecg_core.leads import STANDARD_LEADS
from ecg_core.twelve_lead.checkpoint import TwelveLeadCheckpoint
from ecg_core.twelve_lead.inputs import FS_HZ
from ecg_core.twelve_lead.types import Finding, TwelveLeadAnswer

_KEPT = "finding_saliency"
_MOST_FACTS = 3
_HOW = {
    True: "how far it moves when a stretch of the median beat is replaced by a straight line",
    False: "integrated gradients",
}
_LEAST_CHANGE = 0.03  # of a probability; less is not worth a word

FACT_NAMES = {
    "rate_bpm": "heart rate",
    "shortest_rr_share": "shortest RR",
    "longest_rr_share": "longest RR",
    "rr_spread_percent": "spread of RR",
    "rr_chaos_percent": "irregularity of RR",
    "rmssd_percent": "change from beat to beat",
    "p_share": "share of beats with P",
    "p_lead_share": "share of leads with P",
    "p_ms": "duration of P",
    "pr_ms": "PR interval",
    "pr_spread_ms": "spread of PR",
    "qrs_ms": "duration of QRS",
    "qt_ms": "QT",
    "qtc_ms": "QTc",
    "t_ms": "duration of T",
    "rest_share": "what the median beat leaves unexplained",
}


@st.fragment
def draw_saliency(analysis: Analysis, checkpoint: TwelveLeadCheckpoint, answer: TwelveLeadAnswer) -> None:
    """Choose a finding, see what it rests on; a fragment, so that choosing redraws nothing else."""
    st.subheader("What a finding rests on")
    by_name = {finding.name: finding for finding in answer.findings}
    nearest = max(answer.findings, key=lambda finding: finding.probability - finding.threshold)
    name = st.selectbox(
        "Finding",
        list(by_name),
        index=list(by_name).index(nearest.name),
        key=f"saliency_finding_{checkpoint.card.name}_{state.n_opened()}",
        width=340,
    )
    found = _found(analysis, checkpoint, by_name[name])
    record = analysis.filtered.record
    page = arrange(record, default_layout(record.leads), start_s=found.start_s)
    fig = paper_figure(page, record, dark=state.is_dark())
    add_saliency(
        fig, page, record, found.weight, STANDARD_LEADS, FS_HZ, found.start_s, palette(state.is_dark())
    )
    figure_with_downloads(
        fig,
        key=f"saliency_{state.n_opened()}",
        filename=f"saliency_{found.code}",
        alt=f"ECG with the parts broadened that matter to the model for {name}",
        aspect=aspect_ratio(fig),
    )
    absent = (
        "" if by_name[name].present else "Not found here: the map shows what would matter, however little. "
    )
    facts = without_words(by_name[name], found.without)
    st.caption(
        f"{absent}{facts}Broad and coloured: the parts of the trace that move this probability most, in either direction, "
        f"smoothed ({_HOW[found.repeated]}). A hint where to look, not a proof: such maps can look convincing "
        "where the model is wrong."
    )


def without_words(finding: Finding, without: dict[str, float]) -> str:
    """Which measured facts the probability hangs on most: ``"Without the heart rate it would be 12 % instead of 93 %. "``"""
    change = {name: abs(p - finding.probability) for name, p in without.items()}
    most = sorted(change, key=lambda name: -change[name])[:_MOST_FACTS]
    told = [
        f"without the {FACT_NAMES[name]} {percent(without[name])}"
        for name in most
        if change[name] >= _LEAST_CHANGE
    ]
    if not told:
        return ""
    return f"The model is told measurements, too. Its {percent(finding.probability)} would be: {', '.join(told)}. "


def _found(analysis: Analysis, checkpoint: TwelveLeadCheckpoint, finding: Finding) -> FindingSaliency:
    """Searched once for each ECG, model and finding."""
    kept: tuple[Analysis, dict[str, FindingSaliency]] | None = st.session_state.get(_KEPT)
    if kept is None or kept[0] is not analysis:
        kept = st.session_state[_KEPT] = (analysis, {})
    key = f"{checkpoint.card.name} {finding.code}"
    if key not in kept[1]:
        with st.spinner("Asking the network what it looked at…"):
            kept[1][key] = finding_saliency(checkpoint, annotated_ecg(analysis), finding.code)
    return kept[1][key]
