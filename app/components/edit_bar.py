"""What is corrected by hand, and going back and forth through it."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components.beat_tables import hand_words
from ecg_core.analysis import Analysis
from ecg_core.annotation.edits import BeatEdits
from ecg_core.annotation.types import Annotation

_BEATS_NAMED = 8


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
    """What is by hand, beat by beat, the first ones by name."""
    by_hand = annotation.by_hand
    if by_hand is None:
        return "nothing"
    beats = (by_hand.marks.any(axis=(1, 2)) | by_hand.added | by_hand.left_out).nonzero()[0].tolist()
    named = [f"beat {beat + 1} ({hand_words(annotation, beat)})" for beat in beats[:_BEATS_NAMED]]
    named += [f"{len(beats) - _BEATS_NAMED} more beats"] if len(beats) > _BEATS_NAMED else []
    if by_hand.removed.size:
        at = ", ".join(f"{sample / annotation.fs_hz:.2f} s" for sample in by_hand.removed[:_BEATS_NAMED])
        named.append(f"no beat at {at}")
    return "; ".join(named) or "nothing that fits the beats found here"
