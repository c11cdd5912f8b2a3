"""Cycles: the beats on the trace, and laid over one another."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from app import state
from app.components.beat_editor import draw_editor
from app.components.beat_tables import beat_table, beat_view
from app.components.downloads import figure_with_downloads, table_with_download
from app.components.edit_bar import draw_edit_bar
from app.components.edit_choice import chosen_beat, point_to, recorded_s
from app.components.measurements_panel import draw_lead_waves, draw_measurements
from app.components.methods import choose_method, choose_second_method, draw_comparison, draw_method_notice
from app.components.pointer import Pointed, listen
from app.components.rhythm_panel import draw_rhythm
from app.components.text import as_markdown
from app.components.window import choose_start_s
from ecg_core.analysis import Analysis
from ecg_core.annotation.notices import r_only_notice
from ecg_core.annotation.types import Annotation
from ecg_core.figures.beat import AFTER_R_S, BEFORE_R_S
from ecg_core.figures.beat_tags import beat_tags, tag_words
from ecg_core.figures.by_hand import add_by_hand, add_highlight
from ecg_core.figures.cycles import MAX_BEATS_DRAWN, cycles_figure
from ecg_core.figures.marks import add_beat_tags
from ecg_core.figures.page import PAGE_MM, Page, arrange, default_rhythm_lead
from ecg_core.figures.paper import LEFT_MM, aspect_ratio, paper_figure
from ecg_core.figures.theme import Palette, palette
from ecg_core.figures.wave_bars import add_wave_bars

_SPEED_MM_S = 25.0
_BARS_MM = 9.0  # for each method's row below the trace: its name, also on small screens, and its bars


def choose_lead(analysis: Analysis) -> str:
    leads = analysis.record.leads
    return st.selectbox(
        "Lead",
        leads,
        index=leads.index(default_rhythm_lead(leads)),
        key=f"cycles_lead_{'_'.join(leads)}",
        persist_state="session",
        width=140,
    )


def draw_notices(annotation: Annotation, *, reassuring: bool) -> None:
    """What must be said about the beats and waves, each thing once; and, if wanted, that all is well."""
    without_waves = r_only_notice(annotation)
    for warning in annotation.warnings:
        st.warning(as_markdown(warning))
    if without_waves:
        st.warning(f"{without_waves} They are marked with an open diamond.", icon=":material/warning:")
    elif reassuring and annotation.n_beats and not annotation.r_only.any():
        st.caption(f"Waves were found in all {annotation.n_beats} beats; none is cut around R alone.")


def draw_trace(analysis: Analysis, lead: str, second: Annotation | None, *, choosing: bool) -> None:
    """The lead with its beats and waves marked; while beats are corrected, a click chooses one."""
    record, annotation = analysis.filtered.record, analysis.annotation
    start_s = choose_start_s(record.duration_s, PAGE_MM / _SPEED_MM_S, key=f"cycles_start_{state.n_opened()}")
    page = arrange(record, "single", rhythm_lead=lead, start_s=start_s, speed_mm_s=_SPEED_MM_S)
    fig = paper_figure(page, record, dark=state.is_dark(), beats=annotation, waves=annotation)
    colours = palette(state.is_dark())
    add_by_hand(fig, page, annotation, colours)
    tags = beat_tags(annotation, analysis.rhythm, analysis.cycles[lead])
    add_beat_tags(fig, page, record, annotation, tags, colours)
    if second is not None:
        add_bars(fig, page, (annotation, second), colours)
    if choosing and annotation.n_beats:
        r_s = annotation.r_peaks[chosen_beat(annotation)] / annotation.fs_hz
        add_highlight(fig, page, (r_s - BEFORE_R_S, r_s + AFTER_R_S), colours)
    key = f"beats_{state.n_opened()}"
    fig.layout.dragmode = "select" if choosing else "zoom"
    figure_with_downloads(
        fig,
        key=key,
        filename=f"beats_{lead}",
        aspect=aspect_ratio(fig),
        alt=f"Lead {lead} with its beats and P, QRS and T marked",
    )
    if any(tags):
        st.caption(tag_words(tags))
    if annotation.by_hand is not None:
        st.caption(
            "By hand: upright lines are marks that were set; a ring is a beat added, a cross one left out, a thin "
            "cross where there is no beat."
        )
    if choosing:

        def choose(where: Pointed) -> None:
            time_s = page.time_s(page.strips[0], where.middle.x)
            point_to(recorded_s(record, time_s))

        listen(key, fig, choose)


def add_bars(fig: go.Figure, page: Page, methods: tuple[Annotation, ...], colours: Palette) -> None:
    """A row of bars for each method below the trace, on paper added for it."""
    strip = page.strips[0]
    bottom_mm, top_mm = fig.layout.yaxis.range
    span_s = (strip.start_s, strip.start_s + strip.seconds)
    for row, annotation in enumerate(methods):
        y_mm = bottom_mm - (row + 1) * _BARS_MM + 2
        add_wave_bars(
            fig,
            annotation,
            span_s,
            lambda t: (t - span_s[0]) * page.speed_mm_s,
            y_mm,
            (1 - LEFT_MM, y_mm + 4),
            colours,
            named=False,
        )
    fig.update_yaxes(range=[bottom_mm - len(methods) * _BARS_MM, top_mm])


def draw_cycles(analysis: Analysis, lead: str) -> None:
    """All cycles of the lead with their median."""
    cycles = analysis.cycles[lead]
    n_beats, n_in_median = analysis.annotation.n_beats, int(cycles.in_median.sum())
    st.subheader("All beats, laid over one another")
    by_hand = analysis.annotation.by_hand
    n_blank = 0 if by_hand is None else int(by_hand.left_out.sum())
    n_dotted = n_beats - n_in_median - n_blank
    blank = f" Left out by hand and not drawn: {n_blank}." if n_blank else ""
    st.caption(f"Thick: the median of {n_in_median} beats. Dotted: beats left out of it ({n_dotted}).{blank}")
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


def draw_page(analysis: Analysis) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        lead = choose_lead(analysis)
        choose_method()
        second = choose_second_method(analysis)
        correcting = st.toggle(
            "Correct beats and waves",
            key=f"cycles_correct_{state.n_opened()}",
            persist_state="session",
        )
    draw_method_notice()
    draw_notices(analysis.annotation, reassuring=not correcting)
    if correcting or analysis.edits or state.edit_history().past:
        draw_edit_bar(analysis)
    draw_trace(analysis, lead, second, choosing=correcting)
    if correcting:
        draw_editor(analysis, lead, second)
    if not analysis.annotation.n_beats:
        return
    if second is not None:
        draw_comparison(analysis, second)
    with st.container(key="kalium_side_by_side"):
        left, right = st.columns(2, gap="large")
    with left:
        draw_cycles(analysis, lead)
        draw_rhythm(analysis.rhythm)
    with right:
        draw_measurements(analysis)
    draw_lead_waves(analysis, lead)
    st.subheader("Beat by beat")
    table = beat_table(analysis.annotation, analysis.cycles[lead])
    table_with_download(table, key="beats", filename=f"beats_{lead}", **beat_view(table))
    st.caption("QTc by Fridericia. The saved table also holds when each wave begins, peaks and ends.")


draw_page(state.require_analysis())
