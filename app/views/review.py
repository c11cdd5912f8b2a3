"""Review: readings at a glance, the leads on ECG paper, and how good the signal is."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from app import state
from app.components.at_a_glance import draw_at_a_glance
from app.components.calipers import draw_list, draw_reading, remember_box
from app.components.downloads import csv_download, figure_with_downloads
from app.components.filter_form import draw_filter_form, filter_words
from app.components.quality_panel import draw_quality
from app.components.rhythm_panel import draw_rhythm
from app.components.signal_table import signal_table
from app.components.window import choose_start_s
from ecg_core.analysis import Analysis
from ecg_core.figures.page import (
    LAYOUTS,
    PAGE_MM,
    LayoutName,
    Page,
    arrange,
    default_layout,
    default_rhythm_lead,
)
from ecg_core.figures.paper import aspect_ratio, paper_figure

_LAYOUT_NAMES: dict[LayoutName, str] = {
    "3x4": "3×4 + rhythm",
    "6x2": "6×2",
    "12x1": "One per row",
    "single": "Single lead",
}
_CAPTIONS = {"Filtered": "{}", "Raw": "raw signal, no filter", "Both": "faint: raw signal; strong: {}"}


@dataclass(frozen=True)
class View:
    """How the user wants to see the ECG."""

    layout: LayoutName
    signal: str  # "Filtered", "Raw" or "Both"
    rhythm_lead: str
    speed_mm_s: int
    gain_mm_mv: int
    show_beats: bool


def choose_view(analysis: Analysis) -> View:
    """The row of controls above the paper."""
    leads = analysis.record.leads
    usual = default_layout(leads)
    with st.container(horizontal=True, vertical_alignment="center"):
        layout = st.segmented_control(
            "Layout",
            LAYOUTS,
            default=usual,
            required=True,
            format_func=_LAYOUT_NAMES.__getitem__,
            label_visibility="collapsed",
            key=f"layout_{usual}",
            persist_state="session",
        )
        signal = st.segmented_control(
            "Signal",
            ["Filtered", "Raw", "Both"],
            default="Filtered",
            required=True,
            format_func={"Filtered": "Filtered", "Raw": "Raw", "Both": "Both overlaid"}.__getitem__,
            label_visibility="collapsed",
            key="signal",
            persist_state="session",
        )
        with st.popover("Paper", icon=":material/grid_on:"):
            speed = st.radio(
                "Speed (mm/s)", [25, 50], horizontal=True, key="speed_mm_s", persist_state="session"
            )
            gain = st.radio(
                "Gain (mm/mV)",
                [5, 10, 20],
                index=1,
                horizontal=True,
                key="gain_mm_mv",
                persist_state="session",
            )
            rhythm = st.selectbox(
                "Rhythm strip or single lead",
                leads,
                index=leads.index(default_rhythm_lead(leads)),
                key=f"rhythm_lead_{'_'.join(leads)}",
                persist_state="session",
            )
            beats = st.toggle("Mark R peaks", key="show_beats", persist_state="session")
        with st.popover("Filter", icon=":material/tune:"):
            draw_filter_form(analysis.filtered)
    return View(layout, str(signal), rhythm, speed, gain, beats)


@st.fragment
def draw_paper(analysis: Analysis, view: View, page: Page) -> None:
    """The paper with its calipers; a fragment, so that measuring redraws nothing else."""
    measurements_key = f"calipers_{state.n_opened()}"
    raw, filtered = analysis.record, analysis.filtered.record
    shown = raw if view.signal == "Raw" else filtered
    fig = paper_figure(
        page,
        shown,
        dark=state.is_dark(),
        underlay=raw if view.signal == "Both" else None,
        beats=analysis.annotation if view.show_beats else None,
        quality=analysis.quality.seconds,
        caption=_CAPTIONS[view.signal].format(filter_words(analysis.filtered)),
    )
    chart_key = f"paper_{state.n_opened()}"
    draw_reading(measurements_key)
    figure_with_downloads(
        fig,
        key=chart_key,
        filename=f"ecg_{view.layout}",
        alt=f"{view.signal} ECG, {view.layout}, {page.speed_mm_s} mm/s, {page.gain_mm_mv} mm/mV",
        aspect=aspect_ratio(fig),
        on_select=lambda: remember_box(chart_key, measurements_key, page, shown),
        beside=lambda: csv_download(
            lambda: signal_table(analysis.filtered.record),
            key="filtered_csv",
            filename="filtered_signal",
            label="Filtered signal (CSV)",
        ),
    )
    draw_list(measurements_key)


def draw_review(analysis: Analysis) -> None:
    draw_at_a_glance(analysis)
    view = choose_view(analysis)
    page_s = PAGE_MM / view.speed_mm_s
    start_s = choose_start_s(
        analysis.record.duration_s, page_s, key=f"review_start_{state.n_opened()}_{page_s:g}"
    )
    page = arrange(
        analysis.record,
        view.layout,
        rhythm_lead=view.rhythm_lead,
        start_s=start_s,
        speed_mm_s=view.speed_mm_s,
        gain_mm_mv=view.gain_mm_mv,
    )
    if page.simultaneous:
        st.caption("The recording is shorter than the page, so every column shows the same seconds.")
    draw_paper(analysis, view, page)
    with st.container(key="kalium_side_by_side_review"):
        left, right = st.columns(2, gap="large")
    with left:
        draw_rhythm(analysis.rhythm)
    with right:
        draw_quality(analysis.quality)


draw_review(state.require_analysis())
