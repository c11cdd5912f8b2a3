"""Waves over all leads together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Waves
from ecg_core.annotation.windows import nanquantile

Floats = NDArray[np.float64]

# A global interval runs from the earliest onset to the latest offset in any lead (AHA/ACCF/HRS 2009);
# quartiles stand in for the extremes, so that a single outlying lead decides nothing.
ONSET_QUANTILE = 0.25
OFFSET_QUANTILE = 0.75
MIN_LEAD_SHARE = 1 / 3  # a wave exists when this share of the leads that show the QRS shows it


def global_waves(lead_waves: dict[str, Waves], r_peaks: NDArray[np.int64]) -> Waves:
    """One P, QRS and T per beat: lower quartile of the leads' onsets, median peak, upper quartile of offsets.

    The peak of QRS is R.
    """
    leads = list(lead_waves.values())
    if not leads or not r_peaks.size:
        return Waves.unknown(r_peaks.size)
    n_recorded = np.sum([np.isfinite(waves.qrs[:, [ONSET, OFFSET]]).any(axis=1) for waves in leads], axis=0)
    qrs = _combine(np.stack([waves.qrs for waves in leads]), n_recorded)
    qrs[:, PEAK] = r_peaks
    return Waves(
        p=_combine(np.stack([waves.p for waves in leads]), n_recorded),
        qrs=qrs,
        t=_combine(np.stack([waves.t for waves in leads]), n_recorded),
    )


def _combine(marks: Floats, n_recorded: NDArray[np.int64]) -> Floats:
    """`(leads, beats, 3)` -> `(beats, 3)`."""
    n_marked = np.isfinite(marks).sum(axis=0)
    enough = (n_marked > 0) & (n_marked >= MIN_LEAD_SHARE * n_recorded[:, None])
    combined = np.full(marks.shape[1:], np.nan)
    for column, quantile in ((ONSET, ONSET_QUANTILE), (PEAK, 0.5), (OFFSET, OFFSET_QUANTILE)):
        rows = enough[:, column]
        combined[rows, column] = nanquantile(marks[:, rows, column], quantile)
    return combined
