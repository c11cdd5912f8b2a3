"""Correcting where the paper lies in the picture and how it is turned."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app import state
from app.components.pointer import Pointed
from app.components.scan_edits import without_boxes
from app.components.scan_keys import page_key, revision_key
from app.scans import ScannedPage

CORNERS = ("Upper left", "Upper right", "Lower right", "Lower left")
_TURNS = {"As found": None, "0°": 0, "90°": 1, "180°": 2, "270°": 3}
_LOSS = (
    "Lead boxes and points that you changed belong to the page as it was: they go (Undo brings them back)."
)


def draw_paper(page: ScannedPage) -> None:
    """Corners to place on the picture, and the forms for corners and rotation."""
    key = page_key("corner")
    if st.session_state.get(key) is None:
        st.session_state[key] = 0
    st.pills(
        "Selected corner",
        range(4),
        format_func=lambda n: f"{n + 1} {CORNERS[n]}",
        key=key,
        required=True,
        wrap=True,
        persist_state="session",
    )
    st.markdown("**Click in the picture** where this corner of the paper is.")
    _draw_rotation(page)
    with st.expander("Corners by numbers"):
        _draw_corners(page)
    st.caption(_LOSS)


def pointed_at_paper(page: ScannedPage, where: Pointed) -> None:
    """A click is where the selected corner lies; the next corner is selected then."""
    number = chosen_corner()
    corners = _corners(page)
    corners[number] = (round(where.middle.x, 1), round(where.middle.y, 1))
    st.session_state[page_key("corner")] = (number + 1) % 4
    state.correct(replace(without_boxes(page.found.corrections), paper_corners=tuple(corners)))


def chosen_corner() -> int:
    """The selected corner of the paper, 0 to 3, clockwise from the upper left."""
    number: int | None = st.session_state.get(page_key("corner"))
    return number or 0


def _corners(page: ScannedPage) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in page.found.flat.paper_corners]


def _draw_rotation(page: ScannedPage) -> None:
    said = page.found.corrections
    with st.form(revision_key("rotation", page), border=True):
        turn = st.radio(
            "Turn the picture clockwise by",
            list(_TURNS),
            index=list(_TURNS.values()).index(said.quarter_turns),
            horizontal=True,
        )
        found_deg = round(page.found.flat.grid.rotation_deg, 2)
        rotation_deg = st.number_input(
            "The page is turned clockwise by (°)", -180.0, 180.0, found_deg, step=0.1, format="%.2f"
        )
        if st.form_submit_button("Apply", type="primary", width="stretch"):
            fine = rotation_deg if rotation_deg != found_deg else said.rotation_deg
            state.correct(replace(without_boxes(said), quarter_turns=_TURNS[turn], rotation_deg=fine))
            st.rerun()


def _draw_corners(page: ScannedPage) -> None:
    height, width = page.found.page.rgb.shape[:2]
    with st.form(revision_key("corners", page), border=False):
        corners = []
        for name, (x, y) in zip(CORNERS, _corners(page), strict=True):
            left, right = st.columns(2, wrap=False)
            x_px = left.number_input(
                f"{name}, across (px)", -float(width), 2.0 * width, round(x, 1), step=1.0
            )
            y_px = right.number_input(
                f"{name}, down (px)", -float(height), 2.0 * height, round(y, 1), step=1.0
            )
            corners.append((x_px, y_px))
        if st.form_submit_button("Apply corners", width="stretch"):
            state.correct(replace(without_boxes(page.found.corrections), paper_corners=tuple(corners)))
            st.rerun()
