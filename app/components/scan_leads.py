"""Correcting which lead stands where, and where its trace runs."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app import state
from app.components.pointer import Click, Pointed
from app.components.scan_edits import (
    MIN_BOX_PX,
    add_anchor,
    add_box,
    box_at,
    box_of,
    change_box,
    in_standard_order,
    remove_anchor,
    remove_box,
    without_boxes,
)
from app.components.scan_keys import NEW_LEAD, choose_lead, chosen_lead, page_key, revision_key
from app.scans import ScannedPage
from ecg_core.digitization.layouts import known_layouts, layout_names
from ecg_core.digitization.types import Anchor, Box, LeadBox
from ecg_core.figures.confidence import confidence_level
from ecg_core.figures.scan_marks import lead_confidence
from ecg_core.leads import STANDARD_LEADS

_AS_FOUND = "As found"


def draw_leads(page: ScannedPage) -> None:
    """The form for the selected lead box."""
    _draw_picker(page, with_new=True)
    position = chosen_lead(page)
    if position == NEW_LEAD:
        _draw_new(page)
    else:
        _draw_box(page, position)
    _draw_layout(page)


def pointed_at_leads(page: ScannedPage, where: Pointed) -> None:
    """A click selects a lead; a drawn box is the new place of the selected one, or of a new one."""
    if isinstance(where, Click):
        position = box_at(page.found, where.x, where.y)
        if position is not None:
            choose_lead(position)
        return
    if min(where.width, where.height) < MIN_BOX_PX:
        return
    position = chosen_lead(page)
    if position == NEW_LEAD:
        _add(page, box_of(where))
    else:
        state.correct(change_box(page.found, position, area=box_of(where)))


def draw_trace(page: ScannedPage) -> None:
    """The anchors of the selected lead."""
    _draw_picker(page, with_new=False)
    position = max(chosen_lead(page), 0)
    lead = page.found.layout.boxes[position].lead
    st.markdown(f"**Click where the trace of {lead} runs.** The line is pulled through that point.")
    anchors = [anchor for anchor in page.found.corrections.anchors if anchor.box == position]
    for number, anchor in enumerate(anchors):
        _draw_anchor(page, number, anchor)
    with (
        st.expander("Enter a point by numbers"),
        st.form(revision_key(f"anchor_{position}", page), border=False),
    ):
        box = page.found.layout.boxes[position]
        left, right = st.columns(2, wrap=False)
        x_px = left.number_input("Across (px)", 0, value=round((box.box.x0_px + box.box.x1_px) / 2))
        y_px = right.number_input("Down (px)", 0, value=round(box.baseline_px))
        if st.form_submit_button("Add point"):
            state.correct(add_anchor(page.found.corrections, position, float(x_px), float(y_px)))
            st.rerun()


def pointed_at_trace(page: ScannedPage, where: Pointed) -> None:
    """A click in the box of the selected lead anchors its trace; one in another box selects that lead.

    A small drawn box counts as a click in its middle.
    """
    at = where.middle
    position = max(chosen_lead(page), 0)
    if _holds(page.found.layout.boxes[position].box, at):
        state.correct(add_anchor(page.found.corrections, position, at.x, at.y))
        return
    other = box_at(page.found, at.x, at.y)
    if other is not None:
        choose_lead(other)


def _draw_picker(page: ScannedPage, *, with_new: bool) -> None:
    """Pills for the lead boxes.

    Streamlit tells options apart by their words: two of one name are numbered, and with every correction, which may
    change a name, the pills begin afresh at the position that is selected.
    """
    boxes = page.found.layout.boxes
    names = [_name(box) for box in boxes]

    def name(position: int) -> str:
        if position == NEW_LEAD:
            return ":material/add: New"
        level = confidence_level(lead_confidence(page.found, boxes[position].lead))
        count = names[: position + 1].count(names[position])
        return f"{level.sign} {names[position]}{f' ({count})' if count > 1 else ''}"

    positions = [*in_standard_order(boxes), *([NEW_LEAD] if with_new else [])]
    if st.session_state.get(page_key("lead")) not in positions:
        choose_lead(positions[0])
    key = revision_key(f"lead_pills_{with_new}", page)
    st.session_state[key] = st.session_state[page_key("lead")]
    st.pills(
        "Selected lead",
        positions,
        format_func=name,
        key=key,
        on_change=lambda: choose_lead(st.session_state[key]),
        required=True,
        wrap=True,
    )


def _draw_box(page: ScannedPage, position: int) -> None:
    box = page.found.layout.boxes[position]
    with st.form(revision_key(f"box_{position}", page), border=True):
        lead = st.selectbox("Printed lead", _names(box), index=_names(box).index(box.lead))
        area = _draw_area(box.box, page)
        left, right = st.columns(2, wrap=False)
        if left.form_submit_button("Apply", type="primary", width="stretch"):
            state.correct(
                change_box(
                    page.found,
                    position,
                    lead=lead if lead != box.lead else None,
                    area=area if _moved(area, box.box) else None,
                )
            )
            st.rerun()
        if right.form_submit_button("Remove", icon=":material/delete:", width="stretch"):
            state.correct(remove_box(page.found, position))
            st.rerun()
    st.caption("Click a lead on the page to select it; drag a box to say where the selected one stands.")


def _draw_new(page: ScannedPage) -> None:
    height, width = page.found.flat.rgb.shape[:2]
    st.selectbox("Printed lead", STANDARD_LEADS, key=page_key("new_name"), persist_state="session")
    st.markdown("**Drag a box on the page around its trace,** or enter where it stands:")
    with st.form(page_key("new_box"), border=True):
        area = _draw_area(Box(0, 0, width - 1, height - 1), page)
        if st.form_submit_button("Add lead", type="primary", width="stretch"):
            _add(page, area)
            st.rerun()


def _add(page: ScannedPage, area: Box) -> None:
    state.correct(add_box(page.found, st.session_state[page_key("new_name")], area))


def _draw_area(area: Box, page: ScannedPage) -> Box:
    """Four numbers in pixels of the page shown."""
    height, width = page.found.flat.rgb.shape[:2]
    left, right = st.columns(2, wrap=False)

    x0_px = left.number_input("Left (px)", 0, width, _within(area.x0_px, width))
    x1_px = right.number_input("Right (px)", 0, width, _within(area.x1_px, width))
    y0_px = left.number_input("Top (px)", 0, height, _within(area.y0_px, height))
    y1_px = right.number_input("Bottom (px)", 0, height, _within(area.y1_px, height))
    return Box(min(x0_px, x1_px), min(y0_px, y1_px), max(x0_px, x1_px), max(y0_px, y1_px))


def _within(value_px: float, limit_px: int) -> int:
    return min(max(round(value_px), 0), limit_px)


def _draw_layout(page: ScannedPage) -> None:
    layout, said = page.found.layout, page.found.corrections.layout
    found = () if page.layout else (_AS_FOUND,)  # by itself a page that was set up by hand was refused
    options = list(dict.fromkeys((*found, said or _AS_FOUND, *_layouts(page))))
    key = revision_key("layout", page)

    def choose() -> None:
        choice = st.session_state[key]
        state.correct(
            replace(without_boxes(page.found.corrections), layout=None if choice == _AS_FOUND else choice)
        )

    st.selectbox(
        "Layout of the page",
        options,
        index=options.index(said or _AS_FOUND),
        format_func=lambda name: f"As found: {layout.name}" if name == _AS_FOUND and said is None else name,
        key=key,
        on_change=choose,
        help="Rows by columns, and rhythm strips below. Choosing one finds the leads again: "
        "changed boxes and points go (Undo brings them back).",
    )


def _layouts(page: ScannedPage) -> tuple[str, ...]:
    """All layouts, first those with as many rows as were found."""
    n_rows = 1 + max((box.row for box in page.found.layout.boxes), default=0)
    return (*(layout.name for layout in known_layouts(n_rows)), *layout_names())


def _draw_anchor(page: ScannedPage, number: int, anchor: Anchor) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Point {number + 1}: {anchor.x_px:.0f} px across, {anchor.y_px:.0f} px down")
        st.button(
            "Delete",
            key=revision_key(f"delete_anchor_{number}", page),
            icon=":material/delete:",
            type="tertiary",
            on_click=lambda: state.correct(remove_anchor(page.found.corrections, anchor)),
        )


def _name(box: LeadBox) -> str:
    return f"{'−' if box.inverted else ''}{box.lead}{' rhythm' if box.rhythm else ''}"


def _names(box: LeadBox) -> list[str]:
    return list(dict.fromkeys((*STANDARD_LEADS, box.lead)))


def _moved(area: Box, was: Box) -> bool:
    """Whether the whole numbers of the form say something else than what was found."""
    pairs = zip(
        (area.x0_px, area.x1_px, area.y0_px, area.y1_px),
        (was.x0_px, was.x1_px, was.y0_px, was.y1_px),
        strict=True,
    )
    return any(abs(new - old) > 0.5 for new, old in pairs)


def _holds(area: Box, at: Click) -> bool:
    return area.x0_px <= at.x <= area.x1_px and area.y0_px <= at.y <= area.y1_px
