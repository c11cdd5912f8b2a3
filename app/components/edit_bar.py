"""What is corrected by hand, and going back and forth through it."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components.beat_tables import hand_words
from ecg_core.analysis import Analysis
from ecg_core.annotation.edits import BeatEdits
from ecg_core.annotation.types import Annotation

_SAID = 8
_NUMBERED = 3


def draw_edit_bar(analysis: Analysis) -> None:
    """Undo, redo, back to what the method found, and how much is by hand."""
    history = state.edit_history()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Undo",
            icon=":material/undo:",
            type="tertiary",
            disabled=not history.past,
            on_click=state.undo_edit,
        )
        st.button(
            "Redo",
            icon=":material/redo:",
            type="tertiary",
            disabled=not history.future,
            on_click=state.redo_edit,
        )
        st.button(
            "Reset to automatic",
            icon=":material/restart_alt:",
            type="tertiary",
            disabled=not history.present,
            on_click=state.set_edits,
            args=(BeatEdits(),),
        )
        if analysis.annotation.by_hand is None:
            st.caption(f"All marks are automatic, by the method {analysis.annotation.method}.")
        else:
            st.markdown(f":material/edit: **By hand:** {edited_words(analysis.annotation)}")


def edited_words(annotation: Annotation) -> str:
    """What is by hand: beats by number where they are few, how many of them share it where they are not."""
    by_hand = annotation.by_hand
    if by_hand is None:
        return "nothing"
    alike: dict[str, list[int]] = {}
    for beat in (by_hand.marks.any(axis=(1, 2)) | by_hand.added | by_hand.left_out).nonzero()[0].tolist():
        alike.setdefault(hand_words(annotation, beat), []).append(beat + 1)
    said = [f"{words} in {_beats(beats)}" for words, beats in alike.items()]
    said += [f"no beat at {sample / annotation.fs_hz:.2f} s" for sample in by_hand.removed]
    more = len(said) - _SAID
    said = [*said[:_SAID], f"{more} more"] if more > 0 else said
    return "; ".join(said) or "nothing that fits the beats found here"


def _beats(numbers: list[int]) -> str:
    if len(numbers) > _NUMBERED:
        return f"{len(numbers)} beats"
    return f"beat {', '.join(map(str, numbers))}"
