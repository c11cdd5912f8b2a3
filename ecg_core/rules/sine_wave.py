"""How much the whole ECG looks like a sine wave, as it does at the worst of hyperkalemia."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ecg_core.record import ECGRecord
from ecg_core.rules.types import Rule, Sign

SINE_WAVE = Rule(
    "sine_wave",
    "Sine-wave-like ECG",
    0.625,
    "leakage",
    "VF-filter leakage below 0.625 in the median lead (0: a pure sine wave, usual beats: 0.8 to 0.9)",
    "high",
    "Kuo and Dillman, Computers in Cardiology 1978:347; limit: Amann et al., BioMed Eng OnLine 2005;4:60",
    "ventricular fibrillation, fast ventricular tachycardia, flutter waves, artefact: look at the ECG itself",
)
LEAST_S = 2.0  # of a lead
_LEAST_SD_MV = 0.02


def sine_wave_sign(filtered: ECGRecord) -> Sign:
    """The sign from the filtered signal alone: it needs no beats, which are hard to find in such an ECG."""
    found = [
        leakage(lead_mv[np.isfinite(lead_mv)])
        for lead_mv in filtered.signal_mv
        if has_enough_signal(lead_mv, filtered.fs_hz)
    ]
    if not found:
        return Sign(SINE_WAVE, None, "A sine wave could not be judged: no lead has 2 s of signal.")
    value = float(np.median(found))
    present = value < SINE_WAVE.limit
    text = (
        "QRS and T cannot be told apart: the signal swings like a sine wave."
        if present
        else "The signal does not swing like a sine wave."
    )
    return Sign(SINE_WAVE, present, text, value, danger=present)


def has_enough_signal(lead_mv: NDArray[np.float32], fs_hz: float) -> bool:
    """Whether a lead `(samples,)` has 2 s of something to judge."""
    recorded = lead_mv[np.isfinite(lead_mv)]
    return recorded.size >= LEAST_S * fs_hz and float(recorded.std()) >= _LEAST_SD_MV


def leakage(signal: NDArray[np.float32]) -> float:
    """What a narrow notch at the mean frequency of `(samples,)` lets through, 0 to 1: 0 for a sine wave.

    The mean frequency is that of a sine wave with the same mean height and mean slope; half a period of it later
    a sine wave is its own negative (Kuo and Dillman 1978). NaN for a signal that does not change.
    """
    signal = signal.astype(np.float64) - signal.mean(dtype=np.float64)
    slope = float(np.abs(np.diff(signal)).sum())
    if slope == 0.0:
        return math.nan
    half_period = max(1, round(math.pi * float(np.abs(signal).sum()) / slope))
    later, earlier = signal[half_period:], signal[:-half_period]
    return float(np.abs(later + earlier).sum() / max((np.abs(later) + np.abs(earlier)).sum(), 1e-12))
