"""Stretches in which the atria seem to fibrillate: the beats are irregular, and few of them follow a P wave."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d

from ecg_core.annotation.rhythm import LOCAL_BEATS

IRREGULAR = 0.08  # change of RR from beat to beat, as a share of RR; sinus arrhythmia has its P waves
LAGS = (
    1,
    2,
    3,
)  # bigeminy and trigeminy repeat themselves after two and three beats; fibrillation never does
P_SHARE = 0.6  # with fewer beats that follow a P wave, what looks like P may be f waves
LEAD_SHARE = 1 / 3  # a beat follows a P wave when this share of the leads shows one
LEAST_BEATS = 6


def fibrillating(shows_p: NDArray[np.bool_], beats: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Beats `(beats,)` around which the atria seem to fibrillate, from the leads that show a P wave, `(leads, beats)`."""
    if beats.size < LEAST_BEATS:
        return np.zeros(beats.size, dtype=bool)
    rr = np.diff(beats).astype(np.float64)
    local_rr = median_filter(rr, LOCAL_BEATS, mode="nearest")
    changes = [_local_change(rr, lag) / local_rr for lag in LAGS]
    irregular = np.min(changes, axis=0) > IRREGULAR
    follows_p = (shows_p.mean(axis=0) >= LEAD_SHARE).astype(np.float64)
    rarely = uniform_filter1d(follows_p, LOCAL_BEATS, mode="nearest") < P_SHARE
    return np.asarray(np.append(irregular[:1], irregular) & rarely)


def _local_change(rr: NDArray[np.float64], lag: int) -> NDArray[np.float64]:
    """How much RR usually differs from that `lag` beats later, `(rr,)`."""
    change = np.abs(rr[lag:] - rr[:-lag])
    return np.asarray(median_filter(np.append(change, np.full(lag, change[-1])), LOCAL_BEATS, mode="nearest"))
