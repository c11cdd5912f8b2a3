"""Intervals between beats."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

LOCAL_BEATS = 11  # about ten seconds


def local_rr_s(r_peaks: NDArray[np.int64], fs_hz: float) -> NDArray[np.float64]:
    """The median RR of the beats around each beat in seconds, `(beats,)`; NaN without two beats."""
    rr = np.diff(r_peaks) / fs_hz
    if not rr.size:
        return np.full(r_peaks.size, np.nan)
    return np.asarray(median_filter(np.append(rr[0], rr), size=LOCAL_BEATS, mode="nearest"))
