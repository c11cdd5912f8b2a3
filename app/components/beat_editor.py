"""Correcting one beat: its marks by click or number, whether it has a P or T, whether it counts, and new beats."""

from __future__ import annotations

import numpy as np
import streamlit as st

from app import state
from app.components.beat_picture import draw_beat_picture
from app.components.edit_choice import R_PEAK, Chosen, choose_mark, choose_time, edit_key, mark_ms, move_mark
from app.components.edited_intervals import draw_intervals
from app.components.text import as_markdown
from ecg_core.analysis import Analysis
from ecg_core.annotation.edits import (
    BeatAdded,
    BeatLeftOut,
    BeatRemoved,
    MarkMovedInAll,
    WaveAbsent,
    WaveAbsentInAll,
)
from ecg_core.annotation.types import Annotation

_STEP_MS = 2
_REACH_MS = (-700, 1000)  # where a mark may stand, from R


def draw_editor(analysis: Analysis, lead: str, compared: Annotation | None) -> None:
    """The chosen beat, large, and beside it the means to correct it."""
    if not analysis.annotation.n_beats:
        _draw_add(analysis)
        return
    with st.container(key="kalium_side_by_side_editor"):
        picture, panel = st.columns([9, 4], gap="medium")
    with panel:
        problem = state.problem()
        if problem is not None:  # also where the hands are, the page may be scrolled down
            st.error(as_markdown(problem))
        chosen = choose_mark(analysis.annotation)
        left_out = _is_left_out(analysis.annotation, chosen.beat)
        _draw_mark(analysis, chosen, disabled=left_out)
        _draw_beat(analysis, chosen, left_out=left_out)
        _draw_add(analysis)
    with picture:
        draw_intervals(analysis, chosen.beat)
        draw_beat_picture(analysis, lead, chosen, compared)


def _draw_mark(analysis: Analysis, chosen: Chosen, *, disabled: bool) -> None:
    """The chosen mark as a number, and the same for all beats."""
    if chosen.place == R_PEAK:
        _draw_r_peak(analysis, chosen, disabled=disabled)
        return
    to_ms = mark_ms(analysis.annotation, chosen)
    key = edit_key("mark_ms")
    st.session_state[key] = to_ms

    def move() -> None:
        said_ms = st.session_state[key]
        if said_ms is not None:  # an emptied field shows again where the mark is
            move_mark(chosen, chosen.r_s + said_ms / 1000)

    st.number_input(
        f"{chosen.words}, ms from R",
        *_REACH_MS,
        step=_STEP_MS,
        key=key,
        on_change=move,
        placeholder="not found: click on the trace",
        disabled=disabled,
        help="Negative before R. Arrow keys move the mark by 2 ms; or click on the trace.",
    )
    st.button(
        "Same in all beats",
        on_click=lambda: state.edit_beats(MarkMovedInAll(chosen.wave, chosen.mark, (to_ms or 0) / 1000)),
        disabled=disabled or to_ms is None,
        help=f"Puts the {chosen.words} as far from R in every beat where it fits.",
    )
    _draw_absent(analysis.annotation, chosen, disabled=disabled)


def _draw_r_peak(analysis: Analysis, chosen: Chosen, *, disabled: bool) -> None:
    key = edit_key("r_peak_s")
    st.session_state[key] = round(chosen.r_s, 3)
    st.number_input(
        "R peak (s)",
        0.0,
        analysis.record.duration_s,
        step=_STEP_MS / 1000,
        format="%.3f",
        key=key,
        on_change=lambda: move_mark(chosen, st.session_state[key]),
        disabled=disabled,
    )


def _draw_absent(annotation: Annotation, chosen: Chosen, *, disabled: bool) -> None:
    """That this beat, or none at all, has such a wave; every beat has a QRS."""
    wave = chosen.wave
    if wave == "QRS":
        return
    marks = annotation.waves.p if wave == "P" else annotation.waves.t
    known = np.asarray(np.isfinite(marks).any(axis=1))
    with st.container(horizontal=True):
        st.button(
            f"No {wave}",
            on_click=state.edit_beats,
            args=(WaveAbsent(chosen.r_s, wave),),
            disabled=disabled or not bool(known[chosen.beat]),
        )
        st.button(
            f"No {wave} in any beat",
            on_click=state.edit_beats,
            args=(WaveAbsentInAll(wave),),
            disabled=not known.any(),
        )


def _draw_beat(analysis: Analysis, chosen: Chosen, *, left_out: bool) -> None:
    """Whether the beat counts, and whether it is one."""
    with st.container(horizontal=True):
        if left_out:
            st.button("Count this beat again", on_click=_count_again, args=(analysis, chosen.r_s))
        else:
            st.button(
                "Leave this beat out",
                on_click=state.edit_beats,
                args=(BeatLeftOut(chosen.r_s),),
                help="An ectopic or noisy beat: rate and RR keep it, intervals, median beat and models do not.",
            )
        st.button(
            "Not a beat",
            on_click=state.edit_beats,
            args=(BeatRemoved(chosen.r_s),),
            help="A T wave or an artefact that was taken for a beat: it is taken away.",
        )


def _draw_add(analysis: Analysis) -> None:
    key = edit_key("add_s")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.session_state[key] = st.session_state.get(key)  # stays when the panel was not drawn
        time_s = st.number_input(
            "R peak of a beat to add (s)",
            0.0,
            analysis.record.duration_s,
            step=_STEP_MS / 1000,
            format="%.3f",
            key=key,
            width=190,
            placeholder="click above",
            help="A click on the trace above fills this in.",
        )
        st.button("Add beat", on_click=_add, args=(time_s,), disabled=time_s is None)


def _add(time_s: float) -> None:
    state.edit_beats(BeatAdded(time_s))
    choose_time(time_s)


def _count_again(analysis: Analysis, r_s: float) -> None:
    edits = analysis.edits
    near = [e for e in edits.edits if isinstance(e, BeatLeftOut) and abs(e.r_s - r_s) < 1e-6]
    for edit in near:
        edits = edits.without(edit)
    state.set_edits(edits)


def _is_left_out(annotation: Annotation, beat: int) -> bool:
    return annotation.by_hand is not None and bool(annotation.by_hand.left_out[beat])
