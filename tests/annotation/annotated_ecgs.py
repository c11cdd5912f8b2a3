"""Real ECGs with cardiologists' marks in every lead (LUDB)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import wfdb

from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.resample import resample
from ecg_core.leads import canonical_lead_name
from ecg_core.record import ECGRecord

FIXTURES = Path(__file__).parents[1] / "fixtures" / "annotation"
SINUS, FIBRILLATION, VENTRICULAR = "1", "88", "105"
_SYMBOLS = {"P": "p", "QRS": "N", "T": "t"}


def raw_ecg(name: str) -> ECGRecord:
    found = wfdb.rdrecord(str(FIXTURES / name))
    leads = tuple(canonical_lead_name(lead) or lead for lead in found.sig_name)
    return ECGRecord(found.p_signal.T.astype(np.float32), float(found.fs), leads)


def filtered_ecg(name: str) -> ECGRecord:
    return filter_record(raw_ecg(name)).record


def manual_marks(name: str, lead: str, wave: str) -> np.ndarray:
    """Onset, peak and offset of every marked wave of a lead, `(waves, 3)` samples at 500 Hz."""
    marks = wfdb.rdann(str(FIXTURES / name), lead.lower())
    symbols = "".join(marks.symbol)
    starts = [match.start() for match in re.finditer(rf"\({_SYMBOLS[wave]}\)", symbols)]
    return np.array([marks.sample[start : start + 3] for start in starts]).reshape(-1, 3)


def with_samples(ecg: ECGRecord, start: int, stop: int) -> ECGRecord:
    return ecg.with_signal(ecg.signal_mv[:, start:stop])


def at_rate(ecg: ECGRecord, fs_hz: float) -> ECGRecord:
    return ecg.with_signal(resample(ecg.signal_mv, ecg.fs_hz, fs_hz), fs_hz)


def missed_and_extra(found: np.ndarray, truth: np.ndarray, tolerance: float) -> tuple[int, int]:
    """How many true positions have no found one near, and how many found ones between them no true one."""
    distance = np.abs(np.subtract.outer(truth, found)) <= tolerance
    between = (found > truth.min() - tolerance) & (found < truth.max() + tolerance)
    return int((~distance.any(axis=1)).sum()), int((~distance.any(axis=0) & between).sum())
