"""A real base, simulated at chosen levels, and its average beat measured by plain means."""

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.rpeaks import find_r_peaks
from ecg_core.annotation.types import Annotation
from ecg_core.filtering.pipeline import filter_record
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord
from ecg_core.simulation.effects import TYPICAL_PATIENT
from ecg_core.simulation.simulate import simulate_potassium

FS_HZ = 500.0
BEFORE_R, AFTER_R = 130, 330  # samples: 0.26 s and 0.66 s
PATIENT = replace(TYPICAL_PATIENT, qrs_onset_meq_l=6.5, p_loss_meq_l=7.5)  # all signs by 8.5 mEq/L


@cache
def base_ecg() -> tuple[ECGRecord, Annotation]:
    """The bundled normal ECG (PTB-XL 185), filtered."""
    path = next(example.path for example in list_examples() if example.key == "normal")
    filtered = filter_record(open_ecg(path)).record
    return filtered, annotate(filtered)


@cache
def potassium_only(k_meq_l: float) -> ECGRecord:
    base, annotation = base_ecg()
    rng = np.random.default_rng(0)
    return simulate_potassium(base, annotation, k_meq_l, rng, PATIENT, unrelated=False)


def mean_beats_mv(record: ECGRecord) -> NDArray[np.float64]:
    """The average over the beats of every lead, R at `BEFORE_R`, relative to the PR segment."""
    r_peaks = find_r_peaks(record)
    whole = r_peaks[(r_peaks >= BEFORE_R) & (r_peaks < record.n_samples - AFTER_R)]
    beats = record.signal_mv[:, whole[:, None] + np.arange(-BEFORE_R, AFTER_R)]
    mean = beats.mean(axis=1, dtype=np.float64)
    return mean - mean[:, BEFORE_R - 25, None]


def mean_beat_mv(record: ECGRecord, lead: str) -> NDArray[np.float64]:
    return mean_beats_mv(record)[record.leads.index(lead)]


def p_height_mv(record: ECGRecord) -> float:
    return float(mean_beat_mv(record, "II")[: BEFORE_R - 30].max())


def p_peak_to_r_ms(record: ECGRecord) -> float:
    return 2.0 * (BEFORE_R - int(mean_beat_mv(record, "II")[: BEFORE_R - 30].argmax()))


def t_wave_mv(record: ECGRecord, lead: str = "V5") -> NDArray[np.float64]:
    return mean_beat_mv(record, lead)[BEFORE_R + 50 :]


def t_half_width_ms(record: ECGRecord) -> float:
    t = t_wave_mv(record)
    peak = int(t.argmax())
    low = t < t[peak] / 2
    left, right = np.flatnonzero(low[:peak])[-1], peak + np.flatnonzero(low[peak:])[0]
    return 2.0 * float(right - left)


def t_steepness_per_s(record: ECGRecord) -> float:
    """Steepest fall of T over its height."""
    t = t_wave_mv(record)
    return float(-np.diff(t[t.argmax() :]).min() * FS_HZ / t.max())


def qrs_width_ms(record: ECGRecord) -> float:
    """From the first to the last steep sample around R, over all leads."""
    slope = np.abs(np.diff(mean_beats_mv(record)[:, BEFORE_R - 50 : BEFORE_R + 60])).max(axis=0)
    steep = np.flatnonzero(slope > 0.1 * slope.max())
    return 2.0 * float(steep[-1] - steep[0])
