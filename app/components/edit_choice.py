"""Which beat and which mark are being corrected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from app import state
from ecg_core.annotation.draft import MARK_WORDS
from ecg_core.annotation.edits import MARK_COLUMNS, WAVE_NAMES, MarkMoved, MarkName, WaveName
from ecg_core.annotation.types import PEAK, Annotation
from ecg_core.record import ECGRecord

R_PEAK = (1, PEAK)


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
    st.session_state[edit_key("r_s")] = time_s


def point_to(time_s: float) -> None:
    """Choose the beat nearest to a place on the trace, and that place for a beat to add."""
    choose_time(time_s)
    st.session_state[edit_key("add_s")] = round(time_s, 3)


def chosen_beat(annotation: Annotation) -> int:
    """The beat nearest to the time chosen last; the second one at first, which is whole."""
    r_s = annotation.r_peaks / annotation.fs_hz
    time_s = st.session_state.get(edit_key("r_s"), float(r_s[min(1, r_s.size - 1)]))
    return int(np.abs(r_s - time_s).argmin())


def choose_mark(annotation: Annotation) -> Chosen:
    """Fields for the beat, the wave and the mark."""
    r_s = annotation.r_peaks / annotation.fs_hz
    key = edit_key("beat")
    st.session_state[key] = chosen_beat(annotation) + 1
    with st.container(horizontal=True):
        beat = st.number_input(
            f"Beat, of {annotation.n_beats}",
            1,
            annotation.n_beats,
            key=key,
            on_change=lambda: choose_time(float(r_s[st.session_state[key] - 1])),
            help="Or click a beat on the trace above.",
            width=130,
        )
        wave: WaveName = st.segmented_control(
            "Wave", WAVE_NAMES, default="T", required=True, key=edit_key("wave"), persist_state="session"
        )
        mark: MarkName = st.segmented_control(
            "Mark",
            list(MARK_COLUMNS),
            default="offset",
            format_func=lambda name: "R peak" if (wave, name) == ("QRS", "peak") else name,
            required=True,
            key=edit_key("mark"),
            persist_state="session",
        )
    return Chosen(beat - 1, float(r_s[beat - 1]), wave, mark)


def mark_ms(annotation: Annotation, chosen: Chosen) -> int | None:
    """Where the chosen mark stands, whole ms from R; None where it is not known."""
    waves = annotation.waves
    wave, column = chosen.place
    sample = (waves.p, waves.qrs, waves.t)[wave][chosen.beat, column]
    return round((sample / annotation.fs_hz - chosen.r_s) * 1000) if np.isfinite(sample) else None


def recorded_s(record: ECGRecord, time_s: float) -> float:
    """The nearest time that the record has a sample at."""
    return min(max(time_s, 0.0), (record.n_samples - 1) / record.fs_hz)


def move_mark(chosen: Chosen, to_s: float) -> None:
    """Have the chosen mark stand at a time."""
    state.edit_beats(MarkMoved(chosen.r_s, chosen.wave, chosen.mark, round(to_s, 3)))
    if chosen.place == R_PEAK:
        choose_time(to_s)


def edit_key(name: str) -> str:
    """A key that starts afresh with every ECG."""
    return f"edit_{name}_{state.n_opened()}"
