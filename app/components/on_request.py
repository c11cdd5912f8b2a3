"""Things that take a second or more: computed when a button asks for them, and kept until what they rest on changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from app.components.text import as_markdown
from ecg_core.errors import ECGError

Result = TypeVar("Result")
Progress = Callable[[float], object]


def on_request(
    key: str, label: str, rests_on: tuple[object, ...], compute: Callable[[Progress], Result]
) -> Result | None:
    """The result, once the button named `label` was pressed for these very objects; None before, or where it failed."""
    kept: tuple[tuple[object, ...], Result] | None = st.session_state.get(key)
    if kept is not None and _same(kept[0], rests_on):
        return kept[1]
    place = st.empty()
    if not place.button(label, key=f"{key}_button", icon=":material/play_arrow:"):
        return None
    bar = place.progress(0.0, text=f"{label}…")
    try:
        result = compute(bar.progress)
    except ECGError as error:
        place.info(as_markdown(str(error)), icon=":material/info:")
        return None
    place.empty()
    st.session_state[key] = (rests_on, result)
    return result


def _same(kept: tuple[object, ...], now: tuple[object, ...]) -> bool:
    return len(kept) == len(now) and all(a is b or a == b for a, b in zip(kept, now, strict=True))
