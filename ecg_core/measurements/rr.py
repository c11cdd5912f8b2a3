"""Rhythm: rate, RR intervals and their variability (Task Force of the ESC and NASPE 1996)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.filtering.gaps import runs
from ecg_core.measurements.types import Quantity

Floats = NDArray[np.float64]

# Of the RR intervals; with fewer, as in atrial fibrillation, there is no normal rhythm to vary.
MIN_NORMAL_SHARE = 0.5
LONGEST_GAP_S = 0.2  # unrecorded in all leads; a longer one may hide a beat

_SHORT = "Task Force 1996, who ask for 5 min or 24 h: no norms apply to 10 s"

HEART_RATE = Quantity("Heart rate", "heart_rate_bpm", "bpm", "Rhythm", "60 s / RR")
RR = Quantity("RR interval", "rr_ms", "ms", "Rhythm", "R to R, all beats")
RR_SD = Quantity(
    "RR standard deviation", "rr_sd_ms", "ms", "Rhythm", "of all RR intervals, ectopic beats included"
)
SDNN = Quantity("SDNN", "sdnn_ms", "ms", "Rhythm", f"SD of RR between normal beats; {_SHORT}")
RMSSD = Quantity(
    "RMSSD", "rmssd_ms", "ms", "Rhythm", f"root mean square of successive differences of normal RR; {_SHORT}"
)
PNN50 = Quantity(
    "pNN50", "pnn50_percent", "%", "Rhythm", f"successive differences above 50 ms, of all normal RR; {_SHORT}"
)


def rr_intervals_ms(
    r_peaks: NDArray[np.int64], fs_hz: float, recorded: NDArray[np.bool_] | None = None
) -> Floats:
    """RR intervals `(beats - 1,)`; NaN across a gap, which may hide beats: `recorded` `(samples,)` is false in it."""
    rr = np.diff(r_peaks) * (1000 / fs_hz)
    if recorded is None or recorded.all():
        return rr
    gaps = runs(~recorded)
    long = gaps[np.diff(gaps, axis=1)[:, 0] > LONGEST_GAP_S * fs_hz]
    interval = np.searchsorted(r_peaks, long[:, 0]) - 1
    rr[interval[(interval >= 0) & (interval < rr.size)]] = np.nan
    return rr


def normal_intervals(rr_ms: Floats, is_normal: NDArray[np.bool_]) -> Floats:
    """The RR intervals `(beats - 1,)` between two normal beats, NaN for the others; `is_normal` `(beats,)`."""
    return np.where(is_normal[:-1] & is_normal[1:], rr_ms, np.nan)


def sd_ms(rr_ms: Floats) -> float:
    """Standard deviation (n - 1) of the known intervals, of normal ones the SDNN; NaN with fewer than two."""
    known = rr_ms[np.isfinite(rr_ms)]
    return float(np.std(known, ddof=1)) if known.size > 1 else np.nan


def rmssd_ms(nn_ms: Floats) -> float:
    """Root mean square of the differences between adjacent normal intervals; NaN without any."""
    change = np.diff(nn_ms)
    known = change[np.isfinite(change)]
    return float(np.sqrt(np.mean(known**2))) if known.size else np.nan


def pnn50_percent(nn_ms: Floats) -> float:
    """How many adjacent normal intervals differ by more than 50 ms, of all normal intervals; NaN without any pair."""
    change = np.diff(nn_ms)
    if not np.isfinite(change).any():
        return np.nan
    return float(100 * (np.abs(change) > 50).sum() / np.isfinite(nn_ms).sum())
