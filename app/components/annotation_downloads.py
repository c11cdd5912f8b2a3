"""Beats and waves to take away, corrections by hand included."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

import streamlit as st

from app.components.downloads import json_download
from ecg_core.analysis import Analysis
from ecg_core.annotation.export import annotation_json
from ecg_core.annotation.wfdb_marks import write_wave_marks
from ecg_core.measurements.export import measurements_json
from ecg_core.writers import write_wfdb

_STEM = "ecg"  # never the upload's name, which may be a patient's


def draw_annotation_downloads(analysis: Analysis) -> None:
    """Buttons for the annotation as JSON and as a WFDB annotation file beside its record."""
    with st.container(horizontal=True):
        json_download(
            lambda: annotation_json(
                analysis.annotation, measurements_json(analysis.measurements), analysis.edits
            ),
            key="annotation_json",
            filename="annotation",
            label="Annotation (JSON)",
        )
        st.download_button(
            "ECG and annotation (WFDB, zip)",
            lambda: annotated_wfdb_zip(analysis),
            file_name=f"{_STEM}.zip",
            mime="application/zip",
            key="annotation_wfdb",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )


def annotated_wfdb_zip(analysis: Analysis) -> bytes:
    """The record's header and signal and, where there are beats, the annotation file in one archive."""
    archive = BytesIO()
    with TemporaryDirectory(prefix="ecg-") as folder, ZipFile(archive, "w", ZIP_DEFLATED) as file:
        write_wfdb(analysis.record, Path(folder), _STEM)
        write_wave_marks(analysis.annotation, Path(folder), _STEM)
        for path in sorted(Path(folder).iterdir()):
            file.write(path, path.name)
    return archive.getvalue()
