"""The way in for a page that was not taken for an ECG: the user says that it is one, and how its leads stand."""

from __future__ import annotations

import streamlit as st

from app import state
from app.scans import LeftOutPages
from ecg_core.digitization.layouts import layout_names

_USUAL = "3x4+1"


def draw_by_hand(left_out: LeftOutPages, key: str, *, border: bool = True) -> None:
    """Which page, which layout, and the button that opens it on the page Scan."""
    numbers, layouts = list(left_out.reasons), layout_names()
    with st.form(key, border=border):
        st.markdown(
            "**Is it an ECG all the same?** Say how its leads stand on the paper. The page Scan then shows the "
            "picture, where you can set corners, rotation, scale, layout and the box of every lead."
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            number = numbers[0]
            if len(numbers) > 1:
                number = st.selectbox("Page", numbers, format_func="Page {}".format, width=140)
            layout = st.selectbox(
                "Layout",
                layouts,
                index=layouts.index(_USUAL),
                width=180,
                help="Rows by columns, and rhythm strips below: 3x4+1 is the commonest.",
            )
            if st.form_submit_button("It is an ECG: set it up by hand", icon=":material/edit_document:"):
                state.set_up_by_hand(left_out, number, layout)
                st.rerun()
