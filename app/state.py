"""The ECG that all pages share: one per browser session, never cached across users.

What a user asks for (a file, an example, another filter, a correction) is noted here by a widget's callback;
`app.resolve` carries it out at the top of the next run, where progress can be shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from app.components.empty_state import draw_empty_state, draw_scale_needed
from app.edit_history import EditHistory, EditsChange, EditsFile
from app.scans import LeftOutPages, Scan, ScannedPage
from app.wishes import Choice, MethodChange, PageByHand, PageChange, Question, Wish
from ecg_core.analysis import Analysis
from ecg_core.annotation.edits import BeatEdits, Edit
from ecg_core.annotation.methods import DEFAULT_METHOD
from ecg_core.digitization.digitize import Progress
from ecg_core.digitization.types import Corrections
from ecg_core.filtering.settings import FilterSettings
from ecg_core.readers.examples import Example
from ecg_core.readers.inputs import Unit

_ANALYSIS = "chosen_analysis"
_SCAN = "chosen_scan"
_SCAN_PAGE = "chosen_scan_page"
_SCAN_FILTER = "chosen_scan_filter"  # kept while the scan is corrected and analysed again
_EDITS = "chosen_edits"
_METHOD = "chosen_method"
_WISH = "chosen_wish"
_PROBLEM = "chosen_problem"
_QUESTION = "chosen_question"
_LEFT_OUT = "chosen_left_out"
_N_OPENED = "chosen_n_opened"


def is_dark() -> bool:
    """Whether the browser shows the dark theme."""
    return st.context.theme.type == "dark"


def current_analysis() -> Analysis | None:
    """The analysis of the chosen ECG, or None while there is none."""
    analysis: Analysis | None = st.session_state.get(_ANALYSIS)
    return analysis


def require_analysis() -> Analysis:
    """The analysis of the chosen ECG; without one, say what is missing and end the page here."""
    analysis = current_analysis()
    if analysis is None:
        scan = current_scan()
        if scan is not None and not scan.document.scale_known:
            draw_scale_needed()
        elif scan is None:
            draw_empty_state(open_example)
        st.stop()
    return analysis


def current_scan() -> Scan | None:
    """The scanned document that is chosen, or None where none or a digital recording is."""
    scan: Scan | None = st.session_state.get(_SCAN)
    return scan


def shown_page_number() -> int:
    """Which page of the scanned document is shown and corrected, from 0."""
    number: int = st.session_state.get(_SCAN_PAGE, 0)
    return number


def scan_filter() -> FilterSettings:
    """The filter that the user chose for the scanned ECG."""
    settings: FilterSettings | None = st.session_state.get(_SCAN_FILTER)
    return settings or FilterSettings()


def edit_history() -> EditHistory:
    """The corrections of beats and waves of the chosen ECG."""
    history: EditHistory | None = st.session_state.get(_EDITS)
    return history or EditHistory()


def method() -> str:
    """The method that finds the waves that are shown and measured, for as long as the session lasts."""
    name: str = st.session_state.get(_METHOD, DEFAULT_METHOD)
    return name


def n_opened() -> int:
    """How many ECGs this session has opened; keys of widgets that start afresh with each ECG hold it."""
    count: int = st.session_state.get(_N_OPENED, 0)
    return count


def problem() -> str | None:
    """Why the last wish could not be met, in words for the user."""
    text: str | None = st.session_state.get(_PROBLEM)
    return text


def left_out() -> LeftOutPages | None:
    """The pages of the last upload if none of them could be used."""
    pages: LeftOutPages | None = st.session_state.get(_LEFT_OUT)
    return pages


def question() -> Question | None:
    """What must be known before the chosen file can be opened."""
    asked: Question | None = st.session_state.get(_QUESTION)
    return asked


# What the user asks for


def choose(choice: Choice) -> None:
    """Have this opened; the ECG shown so far stays until that has worked."""
    _ask_for(choice)
    st.session_state[_QUESTION] = None


def open_example(example: Example) -> None:
    """Make a bundled example the chosen ECG."""
    choose(Choice((example.path,), example=example))


def answer(*, fs_hz: float | None = None, unit: Unit | None = None) -> None:
    """Open the file in question with the facts that it lacks."""
    asked = question()
    if asked is not None:
        known = asked.choice
        choose(replace(known, fs_hz=fs_hz or known.fs_hz, unit=unit or known.unit))


def refilter(settings: FilterSettings) -> None:
    """Have the chosen ECG analysed again with other filter settings."""
    _ask_for(settings)


def use_method(name: str) -> None:
    """Have the waves found by another method."""
    _ask_for(MethodChange(name))


def edit_beats(new: Edit) -> None:
    """Have one more correction of beats and waves hold."""
    history = edit_history()
    _ask_for(EditsChange(history.then(history.present.plus(new)), new))


def set_edits(edits: BeatEdits) -> None:
    """Have these corrections hold and no others."""
    _ask_for(EditsChange(edit_history().then(edits)))


def load_edits(content: bytes) -> None:
    """Have the corrections in a file hold and no others."""
    _ask_for(EditsFile(content))


def undo_edit() -> None:
    """Take the last correction of beats and waves back."""
    _ask_for(EditsChange(edit_history().undone()))


def redo_edit() -> None:
    """Make the correction that was taken back last again."""
    _ask_for(EditsChange(edit_history().redone()))


def change_page(change: Callable[[ScannedPage, Progress], ScannedPage]) -> None:
    """Have this done to the scanned page that is shown."""
    _ask_for(PageChange(change))


def correct(corrections: Corrections) -> None:
    """Have the page that is shown digitized again with these corrections."""
    change_page(lambda page, progress: page.corrected(corrections, progress))


def set_up_by_hand(left_out: LeftOutPages, number: int, layout: str) -> None:
    """Have a page that was left out digitized as an ECG of this layout."""
    _ask_for(PageByHand(left_out, number, layout))


def show_page(number: int) -> None:
    """Show another page of the scanned document."""
    st.session_state[_SCAN_PAGE] = number


def _ask_for(asked: Wish) -> None:
    st.session_state[_WISH] = asked
    st.session_state[_PROBLEM] = st.session_state[_LEFT_OUT] = None


# What became of it


def wish() -> Wish | None:
    """What was asked for and is not carried out yet."""
    asked: Wish | None = st.session_state.get(_WISH)
    return asked


def forget_wish() -> None:
    """It was carried out, or could not be."""
    st.session_state.pop(_WISH, None)


def keep_recording(analysis: Analysis) -> None:
    """A digital recording was opened."""
    st.session_state[_ANALYSIS] = analysis
    st.session_state[_SCAN] = st.session_state[_EDITS] = None
    st.session_state[_N_OPENED] = n_opened() + 1


def keep_analysis(analysis: Analysis) -> None:
    """The chosen ECG was analysed again."""
    st.session_state[_ANALYSIS] = analysis


def keep_method(name: str, analysis: Analysis) -> None:
    """The waves of the chosen ECG were found by another method, which finds those of the next ones too."""
    st.session_state[_METHOD] = name
    st.session_state[_ANALYSIS] = analysis


def keep_edits(history: EditHistory, analysis: Analysis) -> None:
    """Beats and waves of the chosen ECG were corrected."""
    st.session_state[_EDITS] = history
    st.session_state[_ANALYSIS] = analysis


def keep_scan(scan: Scan, page: int = 0) -> None:
    """A scanned document was opened, to be seen at this page; it is analysed once it was looked at."""
    st.session_state[_SCAN] = scan
    st.session_state[_SCAN_PAGE] = page
    st.session_state[_ANALYSIS] = st.session_state[_SCAN_FILTER] = st.session_state[_EDITS] = None
    st.session_state[_N_OPENED] = n_opened() + 1


def keep_changed_scan(scan: Scan) -> None:
    """A page was changed; where the record changed with it, what was analysed is no longer what the page says."""
    before, analysis = current_scan(), current_analysis()
    st.session_state[_SCAN] = scan
    if before is not None and scan.document is not before.document and analysis is not None:
        st.session_state[_SCAN_FILTER] = analysis.filtered.settings
        st.session_state[_ANALYSIS] = None


def keep_question(asked: Question) -> None:
    """The chosen file lacks a fact."""
    st.session_state[_QUESTION] = asked


def keep_left_out(pages: LeftOutPages) -> None:
    """No page of an upload could be used; the user may say that one is an ECG all the same."""
    st.session_state[_LEFT_OUT] = pages


def keep_problem(text: str) -> None:
    """The wish could not be met."""
    st.session_state[_PROBLEM] = text
