"""Covering what names the patient before a picture of the page is shown or saved."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from app import state
from app.components.pointer import Click, Pointed
from app.components.scan_edits import MIN_BOX_PX, box_of
from app.components.scan_keys import covers_on, page_key, revision_key
from app.scans import ScannedPage
from ecg_core.digitization.types import Box, Points
from ecg_core.figures.scan_picture import (
    corners_of,
    covered,
    covers_on_flat,
    covers_on_source,
    private_boxes,
)


def draw_covers(page: ScannedPage) -> None:
    """The switch, and the covers that the user drew."""
    key = page_key("cover_switch")
    st.toggle(
        "Cover printed patient text",
        value=covers_on(),
        key=key,
        on_change=lambda: _switch(st.session_state[key]),
        help="All print but lead names, paper speed and gain.",
    )
    n_found = len(_printed(page))
    done = "covered" if covers_on() else "**not** covered"
    st.markdown(
        f"{n_found} {'piece' if n_found == 1 else 'pieces'} of print {done}, on the screen and in saved pictures."
    )
    st.markdown(
        "**Drag a box on the page** to cover more. What you draw stays covered with the switch off too."
    )
    for number in range(len(page.covers)):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"Cover {number + 1}")
            st.button(
                "Delete",
                key=revision_key(f"delete_cover_{number}", page),
                icon=":material/delete:",
                type="tertiary",
                on_click=lambda number=number: _change(_without(page.covers, number)),
            )


def pointed_at_covers(page: ScannedPage, where: Pointed) -> None:
    """A drawn box is covered; it is kept in the source picture, so that it stays over what it hides."""
    if isinstance(where, Click) or min(where.width, where.height) < MIN_BOX_PX:
        return
    _change((*page.covers, page.found.flat.map.to_source(corners_of(box_of(where)))))


def flat_picture(page: ScannedPage) -> NDArray[np.uint8]:
    """The flat page as it may be shown."""
    flat = page.found.flat
    return covered(flat.rgb, covers_on_flat(flat, _private(page), page.covers))


def source_picture(page: ScannedPage) -> NDArray[np.uint8]:
    """The picture as it came, as it may be shown."""
    return covered(page.found.page.rgb, covers_on_source(page.found.flat, _private(page), page.covers))


def _private(page: ScannedPage) -> tuple[Box, ...]:
    return _printed(page) if covers_on() else ()


def _printed(page: ScannedPage) -> tuple[Box, ...]:
    found = page.found
    return private_boxes(found.texts, found.layout.boxes, found.flat.px_per_mm)


def _switch(on: bool) -> None:
    st.session_state[f"scan_cover_{state.n_opened()}"] = on


def _change(covers: tuple[Points, ...]) -> None:
    state.change_page(lambda page, progress: replace(page, covers=covers))


def _without(covers: tuple[Points, ...], number: int) -> tuple[Points, ...]:
    return covers[:number] + covers[number + 1 :]
