"""A digitized record to take away."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

import streamlit as st

from app.components.downloads import csv_download, json_download
from app.components.signal_table import signal_table
from app.scans import Scan
from ecg_core.digitization.export import document_json
from ecg_core.record import ECGRecord
from ecg_core.writers import write_wfdb

_STEM = "digitized_ecg"  # never the upload's name, which may be a patient's


def draw_scan_downloads(scan: Scan) -> None:
    """Buttons for the record as WFDB and CSV, and for what was found as JSON."""
    with st.container(horizontal=True):
        st.download_button(
            "Record (WFDB, zip)",
            lambda: wfdb_zip(scan.as_record()),
            file_name=f"{_STEM}.zip",
            mime="application/zip",
            key="scan_wfdb",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
        csv_download(lambda: signal_table(scan.document.record), "scan_csv", _STEM, label="Record (CSV)")
        json_download(lambda: document_json(scan.document), "scan_json", _STEM, label="Findings (JSON)")


def wfdb_zip(record: ECGRecord) -> bytes:
    """The record's header and signal file in one archive."""
    archive = BytesIO()
    with TemporaryDirectory(prefix="ecg-") as folder, ZipFile(archive, "w", ZIP_DEFLATED) as file:
        header = write_wfdb(record, Path(folder), _STEM)
        for path in (header, header.with_suffix(".dat")):
            file.write(path, path.name)
    return archive.getvalue()
