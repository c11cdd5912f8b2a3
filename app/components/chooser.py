"""The one place to choose an ECG: upload files or pick an example."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components.text import as_markdown
from app.wishes import Choice, Question
from ecg_core.readers import NamedBytes
from ecg_core.readers.examples import list_examples

_TYPES_HELP = (
    "WFDB (.hea with .dat or .mat; choose both files together, or a zip), CSV or TSV, EDF, DICOM; or a print "
    "of an ECG as scan or photo (JPEG, PNG, TIFF, BMP, WebP) or PDF, the pages of one ECG together. "
    "Up to 20 MB. Files stay in memory and are gone when you close the page."
)


def draw_chooser() -> None:
    """The sidebar's upload field and list of examples; both begin empty again after each ECG opened."""
    st.subheader("Choose an ECG")
    upload_key = f"upload_{state.n_opened()}"
    st.file_uploader(
        "Upload ECG files",
        accept_multiple_files=True,
        key=upload_key,
        on_change=_take_upload,
        args=(upload_key,),
        help=_TYPES_HELP,
    )
    example_key = f"example_{state.n_opened()}"
    st.selectbox(
        "Or open an example",
        list_examples(),
        index=None,
        placeholder="Real and simulated ECGs",
        format_func=lambda example: example.title,
        key=example_key,
        on_change=_take_example,
        args=(example_key,),
    )


def draw_question(question: Question) -> None:
    """Ask for the fact that the chosen file lacks, and open the file with it."""
    with st.form("question_form", border=True):
        st.markdown(f"**One more fact is needed.** {as_markdown(question.message)}")
        if question.needs == "fs_hz":
            st.number_input(
                "Sampling rate (Hz)",
                min_value=50.0,
                max_value=10_000.0,
                value=None,
                step=50.0,
                placeholder="as the device states it, for example 500",
                key="answer_fs_hz",
            )
        else:
            st.radio(
                "Unit of the numbers in the file",
                ["mV", "uV"],
                index=None,
                horizontal=True,
                key="answer_unit",
            )
        st.form_submit_button("Open with this", type="primary", on_click=_take_answer)


def _take_upload(key: str) -> None:
    """Open what was just added; where that alone is no ECG (half of a WFDB pair), all files together."""
    uploads = st.session_state[key]
    if not uploads:
        return
    seen: set[str] = st.session_state.setdefault(f"{key}_seen", set())
    added = tuple(NamedBytes(file.name, file.getvalue()) for file in uploads if file.file_id not in seen)
    everything = tuple(NamedBytes(file.name, file.getvalue()) for file in uploads)
    seen.update(file.file_id for file in uploads)
    if added:
        state.choose(Choice((added,) if len(added) == len(everything) else (added, everything)))


def _take_example(key: str) -> None:
    example = st.session_state[key]
    if example is not None:
        state.open_example(example)


def _take_answer() -> None:
    fs_hz, unit = st.session_state.get("answer_fs_hz"), st.session_state.get("answer_unit")
    if fs_hz is None and unit is None:
        state.keep_problem("Nothing was entered, so the file is not opened yet.")
    else:
        state.answer(fs_hz=fs_hz, unit=unit)
