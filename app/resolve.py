"""Carries out what the user asked for since the last run, showing progress."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

import streamlit as st

from app import state
from app.components.checkpoints import installed_checkpoints
from app.edit_history import EditsChange, EditsFile
from app.opening import digitized, pages_of, progress_shown, recording_of
from app.scans import NoUsablePageError, set_up_by_hand
from app.wishes import Choice, MethodChange, PageByHand, PageChange, Question
from ecg_core.analysis import Analysis, analyze, reannotated, searched_again
from ecg_core.annotation.edits import BeatEdits, any_fits, apply_edit
from ecg_core.annotation.edits_json import read_edits
from ecg_core.errors import CheckpointError, ECGError, EditError, MissingInformationError
from ecg_core.filtering.settings import FilterSettings
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.record import ECGRecord

_UNEXPECTED = (
    "Something went wrong inside Kalium while it analysed this ECG. "
    "Please try another file, or report what kind of file this was."
)

_log = logging.getLogger("kalium.app")


def resolve() -> bool:
    """Carry out the wish that was noted, if any; returns whether a scan was opened, which is to be looked at first."""
    wish = state.wish()
    scan_before = state.current_scan()
    # Always there, so that what stands below keeps its place on the screen; the style lets it float.
    with st.container(key="kalium_progress"):
        if isinstance(wish, Choice):
            _try(lambda: _open(wish), kept="The previous ECG is still shown.")
        elif isinstance(wish, PageByHand):
            _try(lambda: _set_up(wish), kept="What was shown before is still shown.")
        elif isinstance(wish, PageChange):
            with st.spinner("Digitizing again…"):
                _try(lambda: _change_page(wish), kept="The page is shown as it was before.")
        elif isinstance(wish, EditsChange):
            with st.spinner("Measuring again…"):
                _try(lambda: _edit(wish), kept="The marks stay as they were.")
        elif isinstance(wish, EditsFile):
            with st.spinner("Loading corrections…"):
                _try(lambda: _load_edits(wish), kept="The marks stay as they were.")
        elif isinstance(wish, MethodChange):
            with st.spinner(f"Finding waves by {wish.method}…"):
                _try(lambda: _search_again(wish), kept="The previous method still applies.")
        elif wish is not None:
            with st.spinner("Filtering and analysing the ECG…"):
                _try(lambda: _analyse_again(wish), kept="The previous filter still applies.")
    scan = state.current_scan()
    opens = isinstance(wish, Choice | PageByHand)
    return scan is not None and opens and scan is not scan_before


def pass_scan_on() -> None:
    """Analyse the digitized record as it now is, unless that is done or its scale is still to be confirmed."""
    scan = state.current_scan()
    if scan is None or not scan.document.scale_known or state.current_analysis() is not None:
        return
    with st.spinner("Analysing the digitized ECG…"):
        _try(lambda: state.keep_analysis(_analysed(scan.as_record(), state.scan_filter(), _edits())))


def _try(step: Callable[[], None], kept: str = "") -> None:
    """Do it, or say why it could not be done and, where an ECG is on the screen, what stays.

    Who clicks on a page while it is done stops this run; the wish still stands, and the next run carries it out.
    """
    problem = None
    try:
        step()
    except ECGError as error:
        problem = str(error)
    except Exception as error:
        # The message of an unexpected error may quote the file, so only its kind and place are logged.
        places = "".join(traceback.format_tb(error.__traceback__))
        _log.error("%s while analysing an ECG\n%s", type(error).__name__, places)
        problem = _UNEXPECTED
    state.forget_wish()
    if problem is None:
        return
    nothing_shown = state.current_analysis() is None and state.current_scan() is None
    state.keep_problem(problem if nothing_shown else f"{problem} {kept}".rstrip())


def _open(choice: Choice) -> None:
    pages = pages_of(choice)
    if pages:
        try:
            state.keep_scan(digitized(pages, choice.example))
        except NoUsablePageError as error:
            state.keep_left_out(error.left_out)
            raise
        return
    with st.spinner("Reading and analysing the ECG…"):
        try:
            record = recording_of(choice)
        except MissingInformationError as error:
            state.keep_question(Question(choice, str(error), error.needs))
            return
        state.keep_recording(_analysed(record))


def _set_up(wish: PageByHand) -> None:
    """Add the page to the scan it was left out of, or begin a scan with it."""
    scan, left_out = state.current_scan(), wish.left_out
    if scan is not None and scan.left_out is not left_out:
        scan = None
    with progress_shown() as show:
        try:
            opened = set_up_by_hand(scan, left_out, wish.number, wish.layout, show)
        except ECGError:
            if scan is None:
                state.keep_left_out(left_out)
            raise
    numbers = [page.found.page.number for page in opened.pages]
    state.keep_scan(opened, page=numbers.index(wish.number))


def _change_page(wish: PageChange) -> None:
    scan, number = state.current_scan(), state.shown_page_number()
    if scan is not None:
        page = wish.change(scan.pages[number], lambda stage: None)
        state.keep_changed_scan(scan.with_page(number, page))


def _analyse_again(settings: FilterSettings) -> None:
    analysis = state.current_analysis()
    if analysis is not None:
        state.keep_analysis(_analysed(analysis.record, settings, _edits()))


def _search_again(wish: MethodChange) -> None:
    analysis = state.current_analysis()
    if analysis is not None:
        state.keep_method(wish.method, searched_again(analysis, wish.method, _usable_checkpoints()))


def _edit(wish: EditsChange) -> None:
    analysis = state.current_analysis()
    if analysis is not None:
        if wish.new is not None:
            apply_edit(
                analysis.annotation, wish.new, analysis.record.duration_s
            )  # says so where it does not fit
        after = reannotated(analysis, wish.history.present, _usable_checkpoints())
        state.keep_edits(wish.history, after)


def _load_edits(wish: EditsFile) -> None:
    analysis = state.current_analysis()
    if analysis is not None:
        saved, found = read_edits(wish.content), analysis.automatic.shown
        if not saved.may_be_of(found):
            raise EditError("Most beats in this file are not found here. Is it the file of another ECG?")
        if not any_fits(found, saved.edits, analysis.record.duration_s):
            raise EditError(
                "None of the corrections in this file fits the beats found here. Is it the file of another ECG?"
            )
        history = state.edit_history().then(saved.edits)
        state.keep_edits(history, reannotated(analysis, saved.edits, _usable_checkpoints()))


def _edits() -> BeatEdits:
    return state.edit_history().present


def _analysed(
    record: ECGRecord,
    settings: FilterSettings = FilterSettings(),  # noqa: B008 - frozen
    edits: BeatEdits = BeatEdits(),  # noqa: B008 - frozen
) -> Analysis:
    return analyze(record, settings, state.method(), _usable_checkpoints(), edits)


def _usable_checkpoints() -> tuple[Checkpoint, ...]:
    """The installed checkpoints; without them the ECG is still shown, and the pages about potassium say why."""
    try:
        return installed_checkpoints()
    except CheckpointError as error:
        _log.error("%s", error)
        return ()
