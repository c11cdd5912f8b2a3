"""Keys of the Scan page's widgets, and what they hold across its parts."""

from __future__ import annotations

import streamlit as st

from app import state
from app.scans import ScannedPage

NEW_LEAD = -1  # chosen in place of a lead box: the next box drawn is a new one


def page_key(name: str) -> str:
    """A key that starts afresh with every page of every scan."""
    return f"scan_{name}_{state.n_opened()}_{state.shown_page_number()}"


def revision_key(name: str, page: ScannedPage) -> str:
    """A key that starts afresh with every correction too, so that a form shows what now holds."""
    return f"{page_key(name)}_{len(page.past)}_{len(page.covers)}"


def chosen_lead(page: ScannedPage) -> int:
    """Position of the selected lead box, or `NEW_LEAD`."""
    position = st.session_state.get(page_key("lead"), 0)
    n_boxes = len(page.found.layout.boxes)
    return position if position is not None and position < n_boxes else 0


def choose_lead(position: int) -> None:
    """Select another lead box."""
    st.session_state[page_key("lead")] = position


def covers_on() -> bool:
    """Whether printed patient text is covered; so it is until the user says otherwise for this scan."""
    return bool(st.session_state.get(f"scan_cover_{state.n_opened()}", True))
