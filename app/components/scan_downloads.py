"""A digitized record to take away."""

from __future__ import annotations

import streamlit as st

from app.components.downloads import csv_download, json_download, zip_download
from app.components.signal_table import signal_table
from app.scans import Scan
from ecg_core.digitization.export import document_json
from ecg_core.writers import write_wfdb

_STEM = "digitized_ecg"  # never the upload's name, which may be a patient's


def draw_scan_downloads(scan: Scan) -> None:
    """Buttons for the record as WFDB and CSV, and for what was found as JSON."""
    with st.container(horizontal=True):
        zip_download(
            lambda folder: write_wfdb(scan.as_record(), folder, _STEM),
            key="scan_wfdb",
            filename=_STEM,
            label="Record (WFDB, zip)",
        )
        csv_download(lambda: signal_table(scan.document.record), "scan_csv", _STEM, label="Record (CSV)")
        json_download(lambda: document_json(scan.document), "scan_json", _STEM, label="Findings (JSON)")
