"""The ECG that all pages share: one analysis per browser session, never cached across users.

What a user asks for (a file, an example, another filter) is noted by a widget's callback and carried
out by `resolve` at the top of the next run, where progress can be shown.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from app.components.checkpoints import installed_checkpoints
from app.components.empty_state import draw_empty_state
from ecg_core.analysis import Analysis, analyze
from ecg_core.errors import CheckpointError, ECGError, MissingInformationError
from ecg_core.filtering.settings import FilterSettings
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.readers import NamedBytes, open_ecg
from ecg_core.readers.examples import Example
from ecg_core.readers.inputs import Unit
from ecg_core.record import ECGRecord

_ANALYSIS = "chosen_analysis"
_WAITING = "chosen_waiting"
_PROBLEM = "chosen_problem"
_QUESTION = "chosen_question"
_N_OPENED = "chosen_n_opened"

_UNEXPECTED = (
    "Something went wrong inside Kalium while it analysed this ECG. "
    "Please try another file, or report what kind of file this was."
)

_log = logging.getLogger("kalium.app")


@dataclass(frozen=True)
class Choice:
    """What the user wants opened: sources tried in turn until one of them is a readable ECG."""

    sources: tuple[Path | tuple[NamedBytes, ...], ...]
    fs_hz: float | None = None
    unit: Unit | None = None
    example: Example | None = None


@dataclass(frozen=True)
class Question:
    """A file that lacks a fact only the user can supply."""

    choice: Choice
    message: str
    needs: str


def current_analysis() -> Analysis | None:
    """The analysis of the chosen ECG, or None while there is none."""
    analysis: Analysis | None = st.session_state.get(_ANALYSIS)
    return analysis


def require_analysis() -> Analysis:
    """The analysis of the chosen ECG; without one, draw the empty state and end the page here."""
    analysis = current_analysis()
    if analysis is None:
        draw_empty_state(open_example)
        st.stop()
    return analysis


def is_dark() -> bool:
    """Whether the browser shows the dark theme."""
    return st.context.theme.type == "dark"


def open_example(example: Example) -> None:
    """Make a bundled example the chosen ECG (a widget's callback)."""
    choose(Choice((example.path,), example=example))


def choose(choice: Choice) -> None:
    """Have `resolve` open this; the ECG shown so far stays until that has worked."""
    st.session_state[_WAITING] = choice
    st.session_state[_PROBLEM] = st.session_state[_QUESTION] = None


def refilter(settings: FilterSettings) -> None:
    """Have `resolve` analyse the chosen ECG again with other filter settings."""
    st.session_state[_WAITING] = settings
    st.session_state[_PROBLEM] = None


def problem() -> str | None:
    """Why the last wish could not be met, in words for the user."""
    text: str | None = st.session_state.get(_PROBLEM)
    return text


def question() -> Question | None:
    """What must be known before the chosen file can be opened."""
    asked: Question | None = st.session_state.get(_QUESTION)
    return asked


def answer(*, fs_hz: float | None = None, unit: Unit | None = None) -> None:
    """Open the file in question with the facts that it lacks."""
    asked = question()
    if asked is not None:
        known = asked.choice
        choose(replace(known, fs_hz=fs_hz or known.fs_hz, unit=unit or known.unit))


def n_opened() -> int:
    """How many ECGs this session has opened; keys of widgets that start afresh with each ECG hold it."""
    count: int = st.session_state.get(_N_OPENED, 0)
    return count


def resolve() -> None:
    """Carry out what was asked for since the last run, showing progress."""
    waiting: Choice | FilterSettings | None = st.session_state.pop(_WAITING, None)
    if isinstance(waiting, Choice):
        with st.spinner("Reading and analysing the ECG…"):
            _try(lambda: _open(waiting), kept="The previous ECG is still shown.")
    elif waiting is not None:
        with st.spinner("Filtering and analysing the ECG…"):
            _try(lambda: _analyse_again(waiting), kept="The previous filter still applies.")


def _try(step: Callable[[], None], kept: str) -> None:
    """Do it, or say why it could not be done and, where an ECG is on the screen, what stays."""
    try:
        step()
    except ECGError as error:
        problem = str(error)
    except Exception as error:
        # The message of an unexpected error may quote the file, so only its kind and place are logged.
        places = "".join(traceback.format_tb(error.__traceback__))
        _log.error("%s while analysing an ECG\n%s", type(error).__name__, places)
        problem = _UNEXPECTED
    else:
        return
    st.session_state[_PROBLEM] = problem if current_analysis() is None else f"{problem} {kept}"


def _open(choice: Choice) -> None:
    try:
        record = _first_readable(choice)
    except MissingInformationError as error:
        st.session_state[_QUESTION] = Question(choice, str(error), error.needs)
        return
    if choice.example is not None:
        record = _as_example(record, choice.example)
    st.session_state[_ANALYSIS] = analyze(record, checkpoints=_usable_checkpoints())
    st.session_state[_N_OPENED] = n_opened() + 1


def _as_example(record: ECGRecord, example: Example) -> ECGRecord:
    """A bundled record under its title, with where it comes from."""
    return replace(
        record,
        source=replace(record.source, name=example.title),
        simulated=record.simulated or example.simulated,
        notes=(*record.notes, f"{example.description} {example.source}, {example.licence}."),
    )


def _first_readable(choice: Choice) -> ECGRecord:
    failures: list[ECGError] = []
    for source in choice.sources:
        try:
            return open_ecg(source, fs_hz=choice.fs_hz, unit=choice.unit)
        except MissingInformationError:
            raise
        except ECGError as error:
            failures.append(error)
    raise failures[0]


def _analyse_again(settings: FilterSettings) -> None:
    analysis = current_analysis()
    if analysis is not None:
        st.session_state[_ANALYSIS] = analyze(analysis.record, settings, checkpoints=_usable_checkpoints())


def _usable_checkpoints() -> tuple[Checkpoint, ...]:
    """The installed checkpoints; without them the ECG is still shown, and the pages about potassium say why."""
    try:
        return installed_checkpoints()
    except CheckpointError as error:
        _log.error("%s", error)
        return ()
