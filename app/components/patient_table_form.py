"""Earlier ECGs of a patient all at once, from the table in which a site lists them (the manifest of docs/your_own_data.md)."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.components.patient_form import usable_checkpoints
from app.components.text import as_markdown
from app.patient_entries import earlier_ecgs, remember
from ecg_core.errors import ECGError
from ecg_core.patient.history import earlier_ecg
from ecg_core.patient.uploaded_manifest import LabelledFiles, patients_in, rows_of
from ecg_core.readers import NamedBytes, open_ecg
from ecg_core.record import ECGRecord

_LEFT_OUT = "patient_table_left_out"


def draw_table_form(today: ECGRecord) -> None:
    """Choose a table and its ECG files, then one of its patients; a new, empty set after ECGs were added."""
    key = f"table_{len(earlier_ecgs())}"
    table = st.file_uploader(
        "Table of ECGs with laboratory values (CSV)",
        key=f"{key}_manifest",
        help="A manifest: columns file, patient, ecg_time, k_time and k_meq_l.",
    )
    uploads = st.file_uploader(
        "The ECG files that it lists", accept_multiple_files=True, key=f"{key}_files", help="No scans."
    )
    left_out = st.session_state.pop(_LEFT_OUT, "")
    if left_out:
        st.warning(as_markdown(left_out), icon=":material/error:")
    if table is None:
        return
    manifest = _named(table)
    try:
        patient = _choose_patient(patients_in(manifest), today.patient.identifier, key)
        if st.button("Add this patient's ECGs", key=f"{key}_add", icon=":material/add:"):
            _add(manifest, patient, [_named(file) for file in uploads], today)
    except ECGError as error:
        st.error(as_markdown(str(error)), icon=":material/error:")


def _choose_patient(patients: Sequence[str], identifier: str | None, key: str) -> str:
    first = patients.index(identifier) if identifier in patients else 0
    return st.selectbox("Patient in the table", patients, index=first, key=f"{key}_patient", width=320)


def _add(manifest: NamedBytes, patient: str, files: Sequence[NamedBytes], today: ECGRecord) -> None:
    """Analyse each ECG and remember it; what could not be used is told on the next run. Raises ECGError where nothing could."""
    rows = rows_of(manifest, patient, files, today)
    problems = [rows.left_out] if rows.left_out else []
    bar = st.progress(0.0, text="Analysing earlier ECGs…")
    for number, one in enumerate(rows.ecgs, start=1):
        problems += _remembered(one)
        bar.progress(number / len(rows.ecgs))
    bar.empty()
    st.session_state[_LEFT_OUT] = "\n\n".join(problems)
    st.rerun()


def _remembered(one: LabelledFiles) -> list[str]:
    """Analyse and remember one ECG; returns what was wrong with it, if anything."""
    recorded_at = one.recorded_at.replace(tzinfo=None)
    if any((known.name, known.recorded_at) == (one.name, recorded_at) for known in earlier_ecgs()):
        return [f"{one.name} had been added before."]
    try:
        record = open_ecg(one.files)
        remember(earlier_ecg(record, one.laboratory_meq_l, recorded_at, usable_checkpoints()))
    except ECGError as error:
        return [f"{one.name}: {error}"]
    return []


def _named(upload: UploadedFile) -> NamedBytes:
    return NamedBytes(upload.name, upload.getvalue())
