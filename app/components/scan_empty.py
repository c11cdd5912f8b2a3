"""What the page Scan shows while no printed ECG is chosen."""

from __future__ import annotations

import streamlit as st

from app import state
from ecg_core.readers.examples import list_examples

_STEPS = (
    (
        "1. Bring in the page",
        "Upload a scan, a phone photo or a PDF in the sidebar (» opens it). All pages of one ECG together.",
    ),
    (
        "2. See what was found",
        "Paper, grid, leads and traces are drawn over the picture, with a confidence for every lead.",
    ),
    (
        "3. Put it right",
        "Rename or move a lead, click where a trace runs, set speed and gain. The record follows at once.",
    ),
)


def draw_scan_empty_state() -> None:
    """Say what digitization does and how to begin."""
    st.title("An ECG on paper?")
    if state.current_analysis() is not None:
        st.info(
            "The chosen ECG is a digital recording, so there is nothing to digitize.", icon=":material/ecg:"
        )
    st.write(
        "Kalium turns a printed 12-lead ECG into a recording in millivolts. It then goes through Review, "
        "Cycles and Potassium like any other."
    )
    for column, (title, text) in zip(st.columns(len(_STEPS), border=True), _STEPS, strict=True):
        column.markdown(f"**{title}**")
        column.markdown(text)
    st.caption(
        "For a good photo: the whole page, flat, from straight above, in even light, all squares sharp. "
        "Printed patient text is covered on the screen and in saved pictures; files stay in memory."
    )
    for example in list_examples():
        if example.is_page:
            left, right = st.columns([2, 3], vertical_alignment="center")
            left.button(
                example.title,
                key=f"scan_start_{example.key}",
                on_click=state.open_example,
                args=(example,),
                width="stretch",
                wrap=True,
            )
            right.caption(example.description)
