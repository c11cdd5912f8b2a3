"""Records written to files that other programs read."""

from __future__ import annotations

import os
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import wfdb

from ecg_core.record import DIGITIZED_PAGE, ECGRecord


def wfdb_stem(name: str) -> str:
    """The nearest name that WFDB allows for a record: letters, digits, hyphens and underscores."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name) or "_"


def write_wfdb(record: ECGRecord, folder: Path, stem: str) -> Path:
    """Write `<stem>.hea` and `<stem>.dat` (millivolts, 16 bit, NaN as WFDB's invalid sample); returns the header's path.

    `stem` is a name that WFDB allows (`wfdb_stem`). Leads without any sample are left out. Age, sex, derived
    and estimated leads, that the record was digitized, and what a simulation altered stand as comments in the header;
    the reader knows estimated leads, digitized and simulated records by them.
    """
    record = record.select([lead for lead in record.leads if np.isfinite(record.lead_mv(lead)).any()])
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".", dir=folder) as unfinished:
        wfdb.wrsamp(
            stem,
            fs=record.fs_hz,
            units=["mV"] * len(record.leads),
            sig_name=list(record.leads),
            p_signal=record.signal_mv.T.astype("float64"),
            fmt=["16"] * len(record.leads),
            comments=_comments(record),
            write_dir=unfinished,
        )
        for name in (f"{stem}.dat", f"{stem}.hea"):  # a header never stands without its signals
            os.replace(Path(unfinished, name), folder / name)
    return folder / f"{stem}.hea"


def _comments(record: ECGRecord) -> list[str]:
    patient = record.patient
    comments = [] if patient.age_years is None else [f"Age: {patient.age_years:g}"]
    comments += [] if patient.sex is None else [f"Sex: {patient.sex}"]
    comments += [f"Derived leads: {', '.join(sorted(record.derived_leads))}"] if record.derived_leads else []
    comments += (
        [f"Estimated leads: {', '.join(sorted(record.estimated_leads))}"] if record.estimated_leads else []
    )
    comments += ["Digitized: from a page"] if record.source.format == DIGITIZED_PAGE else []
    if record.simulated:
        return [*comments, f"Simulated: {'; '.join(record.notes) or 'yes'}"]
    return comments
