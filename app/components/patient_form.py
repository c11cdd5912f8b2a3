"""The form for an earlier ECG: its files, the laboratory value, and when it was recorded."""

from __future__ import annotations

from datetime import date, datetime, time

import streamlit as st

from app.components.checkpoints import installed_checkpoints
from app.components.text import as_markdown
from app.patient_entries import earlier_ecgs, remember
from ecg_core.errors import CheckpointError, ECGError, MissingInformationError
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.patient.history import MAX_K_MEQ_L, MIN_K_MEQ_L, EarlierECG, earlier_ecg
from ecg_core.readers import NamedBytes, open_ecg

_PROBLEM = "patient_form_problem"
_CANNOT_BE_ASKED = (
    "That can be entered for today's ECG only: export this one with it, as WFDB, EDF or DICOM for instance."
)
_TIMES_NEEDED = "The file does not say when it was recorded: give day and time below."


def draw_form() -> None:
    """Fields that keep what was typed over all pages; a new, empty set after each ECG added."""
    key = f"earlier_{len(earlier_ecgs())}"
    st.file_uploader(
        "Earlier ECG of this patient",
        accept_multiple_files=True,
        key=f"{key}_files",
        on_change=_keep_files,
        args=(key,),
        help="As in the sidebar; no scans.",
    )
    kept = _kept_files(key)
    if kept:
        st.caption(f"Chosen: {as_markdown(', '.join(file.name for file in kept))}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "Laboratory potassium (mEq/L)",
            min_value=MIN_K_MEQ_L,
            max_value=MAX_K_MEQ_L,
            value=None,
            step=0.1,
            format="%.1f",
            key=f"{key}_k",
            persist_state="session",
            width=220,
        )
        st.date_input(
            "Day of the ECG",
            value=None,
            key=f"{key}_day",
            persist_state="session",
            width=160,
            help="Only where the file does not say it.",
        )
        st.time_input("Time", value=None, key=f"{key}_time", persist_state="session", width=120)
        st.button("Add this ECG", key=f"{key}_add", icon=":material/add:", on_click=_add, args=(key,))
    problem = st.session_state.pop(_PROBLEM, None)
    if problem:
        st.warning(as_markdown(problem), icon=":material/error:")


def _keep_files(key: str) -> None:
    """An upload field is empty after another page was visited, so that its files are kept beside it."""
    uploads = st.session_state[f"{key}_files"]
    st.session_state[f"{key}_kept"] = tuple(NamedBytes(file.name, file.getvalue()) for file in uploads)


def _kept_files(key: str) -> tuple[NamedBytes, ...]:
    files: tuple[NamedBytes, ...] = st.session_state.get(f"{key}_kept", ())
    return files


def _add(key: str) -> None:
    """Analyse the files and note what follows; say what is missing otherwise."""
    files, k_meq_l = _kept_files(key), st.session_state.get(f"{key}_k")
    if not files or k_meq_l is None:
        st.session_state[_PROBLEM] = "An earlier ECG needs its files and the laboratory potassium."
        return
    day, clock = st.session_state.get(f"{key}_day"), st.session_state.get(f"{key}_time")
    try:
        remember(_earlier(files, k_meq_l, day, clock))
        del st.session_state[f"{key}_kept"]
    except MissingInformationError as error:
        st.session_state[_PROBLEM] = f"{error} {_CANNOT_BE_ASKED}"
    except ECGError as error:
        st.session_state[_PROBLEM] = str(error)


def _earlier(
    files: tuple[NamedBytes, ...], k_meq_l: float, day: date | None, clock: time | None
) -> EarlierECG:
    """Raises ECGError where the files are no ECG or nobody says when it was recorded."""
    record = open_ecg(files)
    recorded_at = datetime.combine(day, clock or time()) if day else record.recorded_at
    if recorded_at is None:
        raise ECGError(_TIMES_NEEDED)
    return earlier_ecg(record, float(k_meq_l), recorded_at, usable_checkpoints())


def usable_checkpoints() -> tuple[Checkpoint, ...]:
    """The installed models; without any the laboratory values are still kept."""
    try:
        return installed_checkpoints()
    except CheckpointError:
        return ()
