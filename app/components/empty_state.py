"""What a page shows while no ECG is chosen."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ecg_core.readers.examples import Example, list_examples

_STEPS = (
    (
        "1. Open an ECG",
        "Upload a recording, or a scan, photo or PDF of a print, in the sidebar (» opens it), "
        "or start with an example below.",
    ),
    ("2. Check it", "See the filtered leads on ECG paper, the beats that were found and their intervals."),
    (
        "3. Compare estimates",
        "Several networks estimate potassium; see how far they agree and when to distrust them.",
    ),
)


def draw_empty_state(open_example: Callable[[Example], None]) -> None:
    """Say what Kalium is and how to begin."""
    st.title("What does this ECG say about potassium?")
    st.write(
        "Kalium filters an ECG, finds its beats and waves, and shows side by side what several neural networks "
        "estimate for serum potassium, and how far to trust them. They learned from simulated potassium effects over "
        "real ECGs and were never tested on laboratory potassium."
    )
    for column, (title, text) in zip(st.columns(len(_STEPS), border=True), _STEPS, strict=True):
        column.markdown(f"**{title}**")
        column.markdown(text)
    st.subheader("Start with an example")
    for example in list_examples():
        left, right = st.columns([2, 3], vertical_alignment="center")
        key = f"start_{example.key}"
        left.button(
            example.title, key=key, on_click=open_example, args=(example,), width="stretch", wrap=True
        )
        right.caption(example.description)


def draw_scale_needed() -> None:
    """Say why a digitized page is not passed on yet, and where to go."""
    st.warning(
        "**The scale of this page is not known yet.** Neither grid nor pulse nor print settle it, so no "
        "voltage and no time can be trusted. Confirm paper speed and gain first.",
        icon=":material/straighten:",
    )
    st.page_link(
        "views/scan.py", label="Confirm the scale on the page Scan", icon=":material/document_scanner:"
    )
