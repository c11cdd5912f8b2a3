"""What is corrected by hand, and going back and forth through it."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components.beat_tables import hand_words
from app.components.edit_choice import edit_key
from app.components.steps import draw_steps
from ecg_core.analysis import Analysis
from ecg_core.annotation.edits import BeatEdits
from ecg_core.annotation.types import Annotation

_SAID = 8
_NUMBERED = 3
_FORM_PX = 360


def draw_edit_bar(analysis: Analysis) -> None:
    """Undo, redo, back to what the method found, corrections from a file, and how much is by hand."""
    history = state.edit_history()
    with st.container(horizontal=True, vertical_alignment="center"):
        draw_steps(
            undo=state.undo_edit if history.past else None,
            redo=state.redo_edit if history.future else None,
            reset=(lambda: state.set_edits(BeatEdits())) if history.present else None,
            reset_label="Reset to automatic",
        )
        _draw_load(len(history.past))
        if analysis.annotation.by_hand is None:
            st.caption(f"All marks are automatic, by the method {analysis.annotation.method}.")
        else:
            st.markdown(f":material/edit: **By hand:** {edited_words(analysis.annotation)}")


def _draw_load(n_steps: int) -> None:
    """Corrections from a file; it closes and is empty again after each step."""
    key = edit_key(f"file_{n_steps}")

    def load() -> None:
        upload = st.session_state[key]
        if upload is not None:
            state.load_edits(upload.getvalue())

    popover = st.popover(
        "Load corrections", icon=":material/upload_file:", type="tertiary", key=f"{key}_popover"
    )
    with popover.container(width=_FORM_PX):
        st.markdown(
            "The annotation (JSON) that was saved of this ECG holds its corrections by hand. They take the "
            "place of those that hold now; Undo brings these back."
        )
        st.file_uploader("Annotation (JSON)", type="json", key=key, on_change=load)


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
