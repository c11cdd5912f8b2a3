"""What stands around every page: the notice, the choice of the ECG, what went wrong, and whose ECG it is."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app import state
from app.components.chooser import draw_chooser, draw_question
from app.components.facts import facts_html, scan_facts_html
from app.components.scan_by_hand import draw_by_hand
from app.components.text import as_markdown
from app.components.top_of_page import show_from_top

_STYLES = [Path(__file__).with_name(name) for name in ("style.css", "readings.css", "potassium.css")]
_NOTICE = (
    '<div class="kalium-notice" role="note"><b>Research software: not for diagnosis or treatment.</b> '
    "The potassium models learned from <b>simulated</b> effects; no estimate replaces a laboratory value.</div>"
)


def draw_frame() -> None:
    """Draw everything that stands above and beside the page."""
    for style in _STYLES:
        st.html(style)
    st.html(_NOTICE)
    with st.sidebar:
        draw_chooser()
        show_from_top()
    _draw_messages()
    analysis, scan = state.current_analysis(), state.current_scan()
    if analysis is not None:
        st.html(facts_html(analysis))
    elif scan is not None:
        st.html(scan_facts_html(scan))


def _draw_messages() -> None:
    problem = state.problem()
    if problem is not None:
        st.error(as_markdown(problem), icon=":material/error:")
    left_out = state.left_out()
    if left_out is not None:
        draw_by_hand(left_out, key="by_hand")
    question = state.question()
    if question is not None:
        draw_question(question)
