"""Waves over all leads together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Waves

Floats = NDArray[np.float64]

# A global interval runs from the earliest onset to the latest offset in any lead (AHA/ACCF/HRS 2009);
# single outlying leads are kept out by quantiles instead of extremes.
ONSET_QUANTILE = 0.25
OFFSET_QUANTILE = 0.75
MIN_LEAD_SHARE = 0.34  # a wave exists when at least this share of the leads shows it


def global_waves(lead_waves: dict[str, Waves], r_peaks: NDArray[np.int64], fs_hz: float) -> Waves:
    """One P, QRS and T per beat from all leads, `(beats, 3)` each."""
    if not lead_waves or not r_peaks.size:
        return Waves.unknown(r_peaks.size)
    p, qrs, t = (
        _combine(np.stack([getattr(waves, wave) for waves in lead_waves.values()]))
        for wave in ("p", "qrs", "t")
    )
    qrs[:, PEAK] = r_peaks
    return Waves(p, qrs, t)


def _combine(marks: Floats) -> Floats:
    """`(leads, beats, 3)` -> `(beats, 3)`."""
    enough = np.isfinite(marks).mean(axis=0) >= MIN_LEAD_SHARE
    combined = np.full(marks.shape[1:], np.nan)
    for column, quantile in ((ONSET, ONSET_QUANTILE), (PEAK, 0.5), (OFFSET, OFFSET_QUANTILE)):
        rows = enough[:, column]
        if rows.any():
            combined[rows, column] = np.nanquantile(marks[:, rows, column], quantile, axis=0)
    return combined
