"""Scan: what was found on a printed page, and the means to put it right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import plotly.graph_objects as go
import streamlit as st

from app import state
from app.components.pointed_figure import pointed_figure
from app.components.pointer import Pointed
from app.components.scan_covers import draw_covers, flat_picture, pointed_at_covers, source_picture
from app.components.scan_downloads import draw_scan_downloads
from app.components.scan_empty import draw_scan_empty_state
from app.components.scan_keys import chosen_lead, page_key
from app.components.scan_leads import draw_leads, draw_trace, pointed_at_leads, pointed_at_trace
from app.components.scan_paper import chosen_corner, draw_paper, pointed_at_paper
from app.components.scan_scale import draw_scale, pointed_at_scale
from app.components.scan_summary import draw_doubts, draw_evidence, draw_headline, draw_leads_table
from app.components.steps import draw_steps
from app.scans import Scan, ScannedPage
from ecg_core.figures.scan import OVERLAYS, Overlay, flat_page_figure, source_page_figure


@dataclass(frozen=True)
class Mode:
    """One kind of correction: its panel, and what clicks and drags on the picture mean meanwhile."""

    icon: str
    draw: Callable[[ScannedPage], None]
    pointed: Callable[[ScannedPage, Pointed], None]


MODES = {
    "Leads": Mode(":material/label:", draw_leads, pointed_at_leads),
    "Trace": Mode(":material/timeline:", draw_trace, pointed_at_trace),
    "Scale": Mode(":material/straighten:", draw_scale, pointed_at_scale),
    "Paper": Mode(":material/crop_free:", draw_paper, pointed_at_paper),
    "Privacy": Mode(":material/visibility_off:", draw_covers, pointed_at_covers),
}


def draw_scan(scan: Scan) -> None:
    page = scan.pages[state.shown_page_number()]
    if len(scan.pages) > 1:
        draw_page_picker(scan)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        draw_headline(page)
        draw_way_on(scan)
    draw_evidence(page)
    draw_doubts(scan, page)
    with st.container(horizontal=True, vertical_alignment="center"):
        name = choose_mode(page)
        overlay = choose_overlay()
        draw_history(page)
    with st.container(key="kalium_side_by_side"):
        picture, panel = st.columns([9, 4], gap="medium")
        with panel:
            MODES[name].draw(page)
        with picture:
            draw_picture(page, name, overlay)
    draw_leads_table(page)
    st.subheader("Download")
    draw_scan_downloads(scan)


def draw_way_on(scan: Scan) -> None:
    if st.button(
        "Continue to Review",
        type="primary",
        icon=":material/arrow_forward:",
        disabled=not scan.document.scale_known,
        help=None if scan.document.scale_known else "Confirm the scale first.",
    ):
        st.switch_page("views/review.py")


def draw_history(page: ScannedPage) -> None:
    changed = page.found.corrections != page.uncorrected
    draw_steps(
        undo=(lambda: state.change_page(ScannedPage.undone)) if page.past else None,
        redo=(lambda: state.change_page(ScannedPage.redone)) if page.future else None,
        reset=(lambda: state.correct(page.uncorrected)) if changed else None,
        reset_label="Reset all",
    )


def draw_page_picker(scan: Scan) -> None:
    key = f"scan_page_{state.n_opened()}"
    st.segmented_control(
        "Page",
        range(len(scan.pages)),
        default=state.shown_page_number(),
        format_func=lambda number: f"Page {scan.pages[number].found.page.number}",
        required=True,
        label_visibility="collapsed",
        key=key,
        on_change=lambda: state.show_page(st.session_state[key]),
    )


def choose_mode(page: ScannedPage) -> str:
    """What is being corrected; a page without a scale begins with that."""
    name = st.segmented_control(
        "Correct",
        list(MODES),
        default="Leads" if page.found.calibration.known else "Scale",
        format_func=lambda name: f"{MODES[name].icon} {name}",
        required=True,
        key=page_key("mode"),
        persist_state="session",
        label_visibility="collapsed",
    )
    return str(name)


def choose_overlay() -> Overlay:
    """How much is drawn over the page: a trace is best judged with and without its line."""
    overlay: Overlay = st.segmented_control(
        "Drawn over the page",
        OVERLAYS,
        default="everything",
        format_func={"everything": "All drawn", "traces": "Traces", "nothing": "Page only"}.__getitem__,
        required=True,
        key="scan_overlay",
        persist_state="session",
        label_visibility="collapsed",
    )
    return overlay


def draw_picture(page: ScannedPage, mode: str, overlay: Overlay) -> None:
    pointed_figure(
        page_figure(page, mode, overlay),
        page_key("source" if mode == "Paper" else "flat"),
        "digitized_page",
        lambda where: MODES[mode].pointed(page, where),
        alt=f"The page with {len(page.found.layout.boxes)} lead boxes drawn over it",
        whole="Whole page",
    )


def page_figure(page: ScannedPage, mode: str, overlay: Overlay) -> go.Figure:
    dark = state.is_dark()
    if mode == "Paper":
        return source_page_figure(page.found, source_picture(page), dark=dark, chosen=chosen_corner())
    chosen = chosen_lead(page) if mode in ("Leads", "Trace") else None
    return flat_page_figure(page.found, flat_picture(page), dark=dark, overlay=overlay, chosen=chosen)


shown = state.current_scan()
if shown is None:
    draw_scan_empty_state()
else:
    draw_scan(shown)
