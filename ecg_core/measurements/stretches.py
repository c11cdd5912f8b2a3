"""Parts of beats: the samples between two marks of every row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve1d
from scipy.signal import savgol_coeffs

from ecg_core.annotation.windows import nanquantile
from ecg_core.measurements.beats import FS_HZ

# A cubic fitted to 40 ms, a straight line to 28 ms (Savitzky & Golay 1964). A Gaussian wave of 60 ms at half height
# loses 0.4 % of its height and 7 % of its slope, one of 100 ms 0.1 and 2.5 %; white noise of 10 uV becomes 3 uV and
# 0.3 mV/s. A line, because a cubic overshoots by a seventh where a slope begins sharply.
_HEIGHT = savgol_coeffs(21, 3)
_SLOPE = savgol_coeffs(15, 1, deriv=1, delta=1 / FS_HZ)
REACH = 10  # samples that the longer of the two looks to either side

Floats = NDArray[np.float64]
Samples = NDArray[np.int64]


def stretch(mv: Floats, start: Floats, stop: Floats) -> tuple[Floats, Samples]:
    """The samples from `start` to `stop` `(rows,)`, both included, and the sample in which each row starts.

    `(rows, longest)`, NaN behind a row's stop, beyond the ends of its beat, and all over where a bound is NaN.
    """
    known = np.isfinite(start + stop)
    first, last = (np.rint(np.where(known, bound, 0)).astype(np.int64) for bound in (start, stop))
    last[~known] = -1
    index = first[:, None] + np.arange(max(int((last - first).max(initial=0)) + 1, 1))
    wanted = (index <= last[:, None]) & (index >= 0) & (index < mv.shape[1])
    taken = mv[np.arange(len(mv))[:, None], np.where(wanted, index, 0)]
    return np.where(wanted, taken, np.nan), first


def smooth(mv: Floats) -> Floats:
    """`(rows, samples)` freed of noise; NaN spreads by 10 samples."""
    return np.asarray(convolve1d(mv, _HEIGHT, axis=1, mode="nearest"))


def slope_mv_s(mv: Floats) -> Floats:
    """First derivative of `(rows, samples)`; NaN spreads by 7 samples."""
    return np.asarray(convolve1d(mv, _SLOPE, axis=1, mode="nearest"))


def level_mv(mv: Floats, start: Floats, stop: Floats, least: int = 1) -> Floats:
    """Median of the samples from `start` to `stop`, `(rows,)`; NaN where fewer than `least` were recorded."""
    part, _ = stretch(mv, start, stop)
    enough = np.isfinite(part).sum(axis=1) >= least
    return np.where(enough, nanquantile(part.T, 0.5), np.nan)


def at(values: Floats, index: Samples) -> Floats:
    """One value of each row, `(rows,)`."""
    return np.asarray(values[np.arange(len(values)), index])
