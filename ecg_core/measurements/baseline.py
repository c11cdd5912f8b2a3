"""The isoelectric level of a beat, from which its amplitudes are read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET
from ecg_core.measurements.beats import FS_HZ, Beats
from ecg_core.measurements.stretches import level_mv

LONGEST_S = 0.06  # of the PR segment, the part nearest to QRS
LEAST_S = 0.02

Floats = NDArray[np.float64]


def isoelectric_mv(beats: Beats) -> Floats:
    """Median level of the PR segment, else of the TP segment before the beat, `(rows,)`.

    The PR segment runs from the P offset to the QRS onset, at most its last 60 ms; at least 20 ms are needed. Where
    there is no P or hardly a segment (atrial fibrillation, pre-excitation), it is the last 60 ms before P, or
    before QRS where P is absent, that do not reach into the T wave before. NaN where neither was recorded.
    """
    longest, least = LONGEST_S * FS_HZ, round(LEAST_S * FS_HZ)
    qrs_onset = beats.qrs[:, ONSET]
    pr = level_mv(beats.mv, np.maximum(beats.p[:, OFFSET], qrs_onset - longest), qrs_onset, least)
    onset = np.where(np.isfinite(beats.p[:, ONSET]), beats.p[:, ONSET], qrs_onset)
    tp = level_mv(beats.mv, np.maximum(beats.previous_t_offset, onset - longest), onset, least)
    return np.where(np.isfinite(pr), pr, tp)
