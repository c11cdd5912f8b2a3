"""Beats and waves to take away, corrections by hand included."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from app.components.downloads import json_download, zip_download
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
        zip_download(
            lambda folder: write_annotated(analysis, folder),
            key="annotation_wfdb",
            filename=_STEM,
            label="ECG and annotation (WFDB, zip)",
        )


def write_annotated(analysis: Analysis, folder: Path) -> None:
    """The record's header and signal and, where there are beats, the annotation file."""
    write_wfdb(analysis.record, folder, _STEM)
    write_wave_marks(analysis.annotation, folder, _STEM)
