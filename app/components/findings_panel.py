"""The six findings with what was measured beside them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import state
from app.components.downloads import csv_download, figure_with_downloads, json_download
from app.components.text import as_markdown, inside_a_sentence
from ecg_core.analysis import Analysis
from ecg_core.figures.findings import findings_figure, state_words
from ecg_core.twelve_lead.evidence import Evidence, evidence
from ecg_core.twelve_lead.table import answer_json, answer_table
from ecg_core.twelve_lead.types import TwelveLeadAnswer

_BY_MEASURE = ("1AVB", "SBRAD", "STACH")  # whose definition is a limit of one measurement


def draw_findings(analysis: Analysis, answer: TwelveLeadAnswer) -> None:
    """The bars, and where a finding and what was measured contradict each other."""
    st.subheader("Rhythm and conduction")
    found = [evidence(finding.code, analysis.measurements, analysis.rhythm) for finding in answer.findings]
    figure_with_downloads(
        findings_figure(answer.findings, [item.text for item in found], state.is_dark()),
        key=f"findings_{state.n_opened()}",
        filename="findings",
        alt="; ".join(f"{finding.name}: {state_words(finding)}" for finding in answer.findings),
        beside=lambda: _draw_table_downloads(analysis, answer),
    )
    _draw_contradictions(answer, found)
    st.caption(
        "Upright mark: a finding is named from this probability on. In grey: what was measured in this ECG, "
        "independently of the model. “Not found” does not exclude a finding."
    )


def _draw_contradictions(answer: TwelveLeadAnswer, found: Sequence[Evidence]) -> None:
    """Findings that are named against what was measured, and those that are not although it would fit."""
    pairs = list(zip(answer.findings, found, strict=True))
    for finding, item in pairs:
        if finding.present and item.fits is False:
            st.warning(
                f"**{finding.name}** is named, but what was measured does not fit: {as_markdown(item.text)}. "
                "Look at the trace.",
                icon=":material/compare_arrows:",
            )
    unnamed = [
        f"{inside_a_sentence(finding.name)} ({item.text})"
        for finding, item in pairs
        if finding.code in _BY_MEASURE and not finding.present and item.fits
    ]
    if unnamed:
        st.info(
            f"Not named, though what was measured would fit: {as_markdown('; '.join(unnamed))}.",
            icon=":material/compare_arrows:",
        )


def _draw_table_downloads(analysis: Analysis, answer: TwelveLeadAnswer) -> None:
    csv_download(
        lambda: answer_table(analysis.record.source.name, answer),
        key="findings_csv",
        filename="findings",
        label="Answer (CSV)",
    )
    json_download(
        lambda: answer_json(answer), key="findings_json", filename="findings", label="Answer (JSON)"
    )
