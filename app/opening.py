"""Opens what the user chose: a recording is read, pages are digitized while a box says how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import streamlit as st

from app.scans import Scan, is_scan, open_scan
from app.wishes import Choice
from ecg_core.digitization.digitize import Progress
from ecg_core.errors import ECGError, MissingInformationError
from ecg_core.readers import NamedBytes, open_ecg
from ecg_core.readers.examples import Example
from ecg_core.record import ECGRecord

_LINES_OF_PROGRESS = 6


def pages_of(choice: Choice) -> tuple[NamedBytes, ...]:
    """The pictures or PDFs to digitize; empty where the choice is a recording."""
    for source in choice.sources:
        files = (NamedBytes(source.name, source.read_bytes()),) if isinstance(source, Path) else source
        if is_scan(files):
            return files
    return ()


def digitized(pages: tuple[NamedBytes, ...], example: Example | None) -> Scan:
    """The pages as a scan, under the title of the bundled example that they are, if any.

    Raises NoUsablePageError where none of them is an ECG that can be read.
    """
    with progress_shown() as show:
        scan = open_scan(pages, show)
    return scan if example is None else replace(scan, name=example.title, notes=(_origin(example),))


def recording_of(choice: Choice) -> ECGRecord:
    """The first source that is a readable recording.

    Raises MissingInformationError where the user must say more, or what was wrong with the first source.
    """
    record = _first_readable(choice)
    return record if choice.example is None else _as_example(record, choice.example)


@contextmanager
def progress_shown() -> Iterator[Progress]:
    """A box that says which stage is at work, and the last ones before it."""
    stages: list[str] = []
    with st.status("Digitizing the page…", expanded=True) as status:
        lines = st.empty()

        def show(stage: str) -> None:
            stages.append(stage)
            status.update(label=f"{stage}…")
            lines.markdown("  \n".join(stages[-_LINES_OF_PROGRESS:]))

        try:
            yield show
        except ECGError:
            status.update(label="Not digitized")
            raise


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


def _as_example(record: ECGRecord, example: Example) -> ECGRecord:
    """A bundled record under its title, with where it comes from and what its source says of the patient."""
    own, known = record.patient, example.patient
    patient = replace(own, age_years=own.age_years or known.age_years, sex=own.sex or known.sex)
    return replace(
        record,
        patient=patient,
        source=replace(record.source, name=example.title),
        simulated=record.simulated or example.simulated,
        notes=(*record.notes, _origin(example)),
    )


def _origin(example: Example) -> str:
    return f"{example.description} {example.source}, {example.licence}."
