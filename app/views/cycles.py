"""Cycles: the beats on the trace, and laid over one another."""

from __future__ import annotations

import numpy as np
import streamlit as st

from app import state
from app.components.beat_tables import beat_table, measurement_table
from app.components.downloads import figure_with_downloads, json_download, table_with_download
from app.components.window import choose_start_s
from ecg_core.analysis import Analysis
from ecg_core.annotation.export import annotation_json
from ecg_core.annotation.types import Annotation
from ecg_core.figures.cycles import MAX_BEATS_DRAWN, cycles_figure
from ecg_core.figures.page import PAGE_MM, arrange, default_rhythm_lead
from ecg_core.figures.paper import aspect_ratio, paper_figure

_SPEED_MM_S = 25.0


def choose_lead(analysis: Analysis) -> str:
    leads = analysis.record.leads
    return st.selectbox(
        "Lead",
        leads,
        index=leads.index(default_rhythm_lead(leads)),
        key=f"cycles_lead_{'_'.join(leads)}",
        persist_state="session",
        width=200,
    )


def draw_r_only_notice(annotation: Annotation) -> None:
    """Say which beats have no waves, so that nobody takes a cut around R for a delineated beat."""
    beats = (np.flatnonzero(annotation.r_only) + 1).tolist()
    if not beats:
        st.caption(f"Waves were found in all {annotation.n_beats} beats; none is cut around R alone.")
        return
    shown = ", ".join(map(str, beats[:20])) + (" …" if len(beats) > 20 else "")
    st.warning(
        f"**{len(beats)} of {annotation.n_beats} beats are cut around R only** because their waves could not be "
        f"found: {shown}. They are marked with an open diamond.",
        icon=":material/warning:",
    )


def draw_trace(analysis: Analysis, lead: str) -> None:
    """The lead with its beats and waves marked."""
    record = analysis.filtered.record
    start_s = choose_start_s(record.duration_s, PAGE_MM / _SPEED_MM_S, key=f"cycles_start_{state.n_opened()}")
    page = arrange(record, "single", rhythm_lead=lead, start_s=start_s, speed_mm_s=_SPEED_MM_S)
    fig = paper_figure(
        page, record, dark=state.is_dark(), beats=analysis.annotation, waves=analysis.annotation
    )
    figure_with_downloads(
        fig,
        key=f"beats_{state.n_opened()}",
        filename=f"beats_{lead}",
        aspect=aspect_ratio(fig),
        alt=f"Lead {lead} with its beats and P, QRS and T marked",
    )


def draw_cycles(analysis: Analysis, lead: str) -> None:
    """All cycles of the lead with their median."""
    cycles = analysis.cycles[lead]
    n_beats, n_in_median = analysis.annotation.n_beats, int(cycles.in_median.sum())
    st.subheader("All beats, laid over one another")
    st.caption(
        f"Thick: the median of {n_in_median} beats. Dotted: beats left out of it ({n_beats - n_in_median})."
    )
    if n_beats > MAX_BEATS_DRAWN:
        st.caption(f"{MAX_BEATS_DRAWN} beats spread over the recording are drawn.")
    fig = cycles_figure(cycles, analysis.annotation, dark=state.is_dark())
    figure_with_downloads(
        fig,
        key=f"cycles_{state.n_opened()}",
        filename=f"cycles_{lead}",
        aspect=aspect_ratio(fig),
        alt=f"{n_beats} beats of lead {lead} laid over one another with their median",
    )


def draw_measurements(analysis: Analysis) -> None:
    """The interval table with the whole annotation to take away."""
    st.subheader("Intervals over all leads")
    st.caption("Median and quartiles over the beats in which each could be measured.")
    table = measurement_table(analysis.measurements)
    whole = st.column_config.NumberColumn(format="%.0f")
    table_with_download(
        table,
        key="measurements",
        filename="measurements",
        height="content",
        column_config={"Median": whole, "25 %": whole, "75 %": whole},
    )
    json_download(
        lambda: annotation_json(analysis.annotation, analysis.measurements),
        key="annotation_json",
        filename="annotation",
        label="Annotation (JSON)",
    )


def draw_page(analysis: Analysis) -> None:
    for warning in analysis.annotation.warnings:
        st.warning(warning)
    lead = choose_lead(analysis)
    draw_r_only_notice(analysis.annotation)
    draw_trace(analysis, lead)
    if not analysis.annotation.n_beats:
        return
    with st.container(key="kalium_side_by_side"):
        left, right = st.columns(2, gap="large")
    with left:
        draw_cycles(analysis, lead)
    with right:
        draw_measurements(analysis)
    st.subheader("Beat by beat")
    table_with_download(
        beat_table(analysis.annotation, analysis.cycles[lead]), key="beats", filename=f"beats_{lead}"
    )


draw_page(state.require_analysis())
