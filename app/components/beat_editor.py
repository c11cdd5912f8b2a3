"""Correcting one beat: its marks by click or number, whether it has a P or T, whether it counts, and new beats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from app import state
from app.components.downloads import figure_with_downloads
from app.components.edited_intervals import draw_intervals
from app.components.scan_pointer import Click, forget_view, keep_view, listen, whole_key
from ecg_core.analysis import Analysis
from ecg_core.annotation.draft import MARK_WORDS
from ecg_core.annotation.edits import (
    MARK_COLUMNS,
    WAVE_NAMES,
    BeatAdded,
    BeatLeftOut,
    BeatRemoved,
    MarkMoved,
    MarkMovedInAll,
    MarkName,
    WaveAbsent,
    WaveAbsentInAll,
    WaveName,
)
from ecg_core.annotation.types import PEAK, Annotation
from ecg_core.digitization.types import Box
from ecg_core.figures.beat import beat_figure, beat_view
from ecg_core.figures.paper import aspect_ratio

_STEP_MS = 2
_REACH_MS = (-700, 1000)  # where a mark may stand, from R
_R_PEAK = (1, PEAK)


@dataclass(frozen=True)
class Chosen:
    """The beat and the mark that are being corrected."""

    beat: int
    r_s: float
    wave: WaveName
    mark: MarkName

    @property
    def place(self) -> tuple[int, int]:
        """Wave and column in arrays of marks."""
        return WAVE_NAMES.index(self.wave), MARK_COLUMNS[self.mark]

    @property
    def words(self) -> str:
        """The mark as it is called."""
        wave, column = self.place
        return MARK_WORDS[wave][column]


def choose_time(time_s: float) -> None:
    """Choose the beat nearest to a time."""
    st.session_state[_key("r_s")] = time_s


def point_to(time_s: float) -> None:
    """Choose the beat nearest to a place on the trace, and that place for a beat to add."""
    choose_time(time_s)
    st.session_state[_key("add_s")] = round(time_s, 3)


def draw_editor(analysis: Analysis, lead: str, compared: Annotation | None) -> None:
    """The chosen beat, large, and beside it the means to correct it."""
    if not analysis.annotation.n_beats:
        _draw_add(analysis)
        return
    with st.container(key="kalium_side_by_side_editor"):
        picture, panel = st.columns([9, 4], gap="medium")
    with panel:
        chosen = _choose(analysis.annotation)
        left_out = _is_left_out(analysis.annotation, chosen.beat)
        _draw_mark(analysis, chosen, disabled=left_out)
        _draw_beat(analysis, chosen, left_out=left_out)
        _draw_add(analysis)
    with picture:
        draw_intervals(analysis, chosen.beat)
        _draw_picture(analysis, lead, chosen, compared)


def chosen_beat(annotation: Annotation) -> int:
    """The beat nearest to the time chosen last; the second one at first, which is whole."""
    r_s = annotation.r_peaks / annotation.fs_hz
    time_s = st.session_state.get(_key("r_s"), float(r_s[min(1, r_s.size - 1)]))
    return int(np.abs(r_s - time_s).argmin())


def _choose(annotation: Annotation) -> Chosen:
    r_s = annotation.r_peaks / annotation.fs_hz
    key = _key("beat")
    st.session_state[key] = chosen_beat(annotation) + 1
    beat = st.number_input(
        f"Beat, of {annotation.n_beats}",
        1,
        annotation.n_beats,
        key=key,
        on_change=lambda: choose_time(float(r_s[st.session_state[key] - 1])),
        help="Or click a beat on the trace above.",
    )
    wave: WaveName = st.segmented_control(
        "Wave", WAVE_NAMES, default="T", required=True, key=_key("wave"), persist_state="session"
    )
    mark: MarkName = st.segmented_control(
        "Mark",
        list(MARK_COLUMNS),
        default="offset",
        format_func=lambda name: "R peak" if (wave, name) == ("QRS", "peak") else name,
        required=True,
        key=_key("mark"),
        persist_state="session",
    )
    return Chosen(beat - 1, float(r_s[beat - 1]), wave, mark)


def _draw_mark(analysis: Analysis, chosen: Chosen, *, disabled: bool) -> None:
    """The chosen mark as a number, and the same for all beats."""
    if chosen.place == _R_PEAK:
        _draw_r_peak(analysis, chosen, disabled=disabled)
        return
    to_ms = _mark_ms(analysis.annotation, chosen)
    key = _key("mark_ms")
    st.session_state[key] = to_ms
    st.number_input(
        f"{chosen.words}, ms from R",
        *_REACH_MS,
        step=_STEP_MS,
        key=key,
        on_change=lambda: _move(chosen, chosen.r_s + st.session_state[key] / 1000),
        placeholder="not found: click on the trace",
        disabled=disabled,
        help="Negative before R. Arrow keys move the mark by 2 ms; or click on the trace.",
    )
    with st.container(horizontal=True):
        st.button(
            "Same in all beats",
            on_click=lambda: state.edit_beats(MarkMovedInAll(chosen.wave, chosen.mark, (to_ms or 0) / 1000)),
            disabled=disabled or to_ms is None,
            help=f"Puts the {chosen.words} as far from R in every beat where it fits.",
        )
        _draw_absent(chosen, disabled=disabled)


def _draw_r_peak(analysis: Analysis, chosen: Chosen, *, disabled: bool) -> None:
    key = _key("r_peak_s")
    st.session_state[key] = round(chosen.r_s, 3)
    st.number_input(
        "R peak (s)",
        0.0,
        analysis.record.duration_s,
        step=_STEP_MS / 1000,
        format="%.3f",
        key=key,
        on_change=lambda: _move(chosen, st.session_state[key]),
        disabled=disabled,
    )


def _draw_absent(chosen: Chosen, *, disabled: bool) -> None:
    """That this beat, or none at all, has such a wave; every beat has a QRS."""
    wave = chosen.wave
    if wave == "QRS":
        return
    st.button(
        f"No {wave}", on_click=state.edit_beats, args=(WaveAbsent(chosen.r_s, wave),), disabled=disabled
    )
    st.button(f"No {wave} in any beat", on_click=state.edit_beats, args=(WaveAbsentInAll(wave),))


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
    key = _key("add_s")
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


def _draw_picture(analysis: Analysis, lead: str, chosen: Chosen, compared: Annotation | None) -> None:
    record = analysis.filtered.record
    fig = beat_figure(
        record,
        lead,
        analysis.annotation,
        chosen.beat,
        dark=state.is_dark(),
        chosen=chosen.place,
        found=analysis.automatic.shown,
        compared=compared,
    )
    which = (state.n_opened(), chosen.beat, record.leads.index(lead), compared is not None)
    key = "beat_" + "_".join(str(int(part)) for part in which)  # what is in sight belongs to this paper
    aspect = aspect_ratio(fig)
    zoomed = keep_view(fig, key)
    view = beat_view(record, lead, chosen.r_s)
    st.caption(
        f"**Click where the {chosen.words} is.** Solid with a square: set by hand; dashed: where it was found; "
        "dotted: automatic."
    )
    figure_with_downloads(
        fig,
        key=key,
        filename=f"beat_{chosen.beat + 1}_{lead}",
        aspect=aspect,
        alt=f"Beat {chosen.beat + 1} of lead {lead} with its marks",
        beside=(lambda: _draw_whole(key)) if zoomed else None,
    )
    listen(key, fig, _pointed(analysis, chosen, view.time_s))


def _draw_whole(chart_key: str) -> None:
    st.button(
        "Whole beat",
        key=whole_key(chart_key),
        icon=":material/zoom_out_map:",
        type="tertiary",
        on_click=forget_view,
        args=(chart_key,),
    )


def _pointed(
    analysis: Analysis, chosen: Chosen, time_s: Callable[[float], float]
) -> Callable[[Click | Box], None]:
    """A click puts the chosen mark there, a drag where it ended: at the edge of the box away from the mark."""

    def put(where: Click | Box) -> None:
        if isinstance(where, Click):
            to_s = time_s(where.x_px)  # in the unit of the chart's axis: millimetres
        else:
            now_s = chosen.r_s + (_mark_ms(analysis.annotation, chosen) or 0) / 1000
            to_s = max(time_s(where.x0_px), time_s(where.x1_px), key=lambda edge_s: abs(edge_s - now_s))
        _move(chosen, min(max(to_s, 0.0), analysis.record.duration_s))

    return put


def _move(chosen: Chosen, to_s: float | None) -> None:
    if to_s is not None:
        state.edit_beats(MarkMoved(chosen.r_s, chosen.wave, chosen.mark, round(to_s, 3)))
        if chosen.place == _R_PEAK:
            choose_time(to_s)


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


def _mark_ms(annotation: Annotation, chosen: Chosen) -> int | None:
    """Where the chosen mark stands, whole ms from R; None where it is not known."""
    waves = annotation.waves
    wave, column = chosen.place
    sample = (waves.p, waves.qrs, waves.t)[wave][chosen.beat, column]
    return round((sample / annotation.fs_hz - chosen.r_s) * 1000) if np.isfinite(sample) else None


def _key(name: str) -> str:
    return f"edit_{name}_{state.n_opened()}"
