"""QRS onset, peak and offset from the slope of each lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ecg_core.annotation.windows import gather, nanmedian

SMOOTHING_S = 0.006
CORE_S = 0.06  # the steepest part of a QRS lies this close to R
ONSET_SHARE, OFFSET_SHARE = 0.05, 0.07  # of the steepest slope: below it the QRS is over ...
QUIET_S = 0.02  # ... when it stays so for this long
BEFORE_R_S, AFTER_R_S = 0.16, 0.2
USUAL_ONSET_S, USUAL_OFFSET_S = 0.045, 0.055  # from R, where no lead shows a bound
ONSET_SLACK_S, OFFSET_SLACK_S = 0.008, 0.012  # how far a lead's bound may lie from the median over leads

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class QRSMarks:
    """In samples: `onset`, `peak`, `offset` `(leads, beats)`; `begin`, `end` `(beats,)`, the medians over leads."""

    onset: Floats
    peak: Floats
    offset: Floats
    begin: Floats
    end: Floats


def find_qrs(
    signal_mv: Floats, r_peaks: NDArray[np.int64], recorded: NDArray[np.bool_], fs_hz: float
) -> QRSMarks:
    """QRS marks of `(leads, samples)` around each R peak; NaN where not `recorded` `(leads, beats)`.

    Walking outwards from R, the QRS ends where the slope stays below a share of its maximum. All
    leads see the same activation, so a lead's bound is held close to the median over leads.
    """
    slope = np.abs(gaussian_filter1d(signal_mv, SMOOTHING_S * fs_hz, order=1, axis=1))
    core = np.arange(-round(CORE_S * fs_hz), round(CORE_S * fs_hz) + 1)
    steepest = gather(slope, r_peaks[None, :, None] + core).max(axis=2)

    def bound(
        direction: int, reach_s: float, share: float, usual_s: float, slack_s: float
    ) -> tuple[Floats, Floats]:
        outwards = r_peaks[None, :, None] + direction * np.arange(1, round(reach_s * fs_hz) + 1)
        quiet = gather(slope, outwards) < share * steepest[:, :, None]
        each = r_peaks + direction * (1 + first_run(quiet, max(1, round(QUIET_S * fs_hz))))
        each[~recorded] = np.nan
        middle = nanmedian(each, axis=0)
        middle = np.where(np.isfinite(middle), middle, r_peaks + direction * usual_s * fs_hz)
        slack = slack_s * fs_hz
        each = np.clip(np.where(np.isfinite(each), each, middle), middle - slack, middle + slack)
        return np.where(recorded, each, np.nan), middle

    onset, begin = bound(-1, BEFORE_R_S, ONSET_SHARE, USUAL_ONSET_S, ONSET_SLACK_S)
    offset, end = bound(+1, AFTER_R_S, OFFSET_SHARE, USUAL_OFFSET_S, OFFSET_SLACK_S)
    return QRSMarks(onset, _peak(signal_mv, r_peaks, onset, offset, fs_hz), offset, begin, end)


def first_run(flags: NDArray[np.bool_], length: int) -> Floats:
    """Where along the last axis the first run of `length` true flags begins, NaN where there is none."""
    runs = sliding_window_view(flags, length, axis=-1).all(axis=-1)
    return np.where(runs.any(axis=-1), runs.argmax(axis=-1).astype(np.float64), np.nan)


def _peak(
    signal_mv: Floats, r_peaks: NDArray[np.int64], onset: Floats, offset: Floats, fs_hz: float
) -> Floats:
    """The largest deflection of each lead from its level at QRS onset."""
    near = np.arange(-round(BEFORE_R_S * fs_hz), round(AFTER_R_S * fs_hz) + 1)
    index = r_peaks[None, :, None] + near
    level = gather(signal_mv, np.rint(np.nan_to_num(onset)).astype(np.int64)[:, :, None])
    deflection = np.abs(gather(signal_mv, index) - level)
    inside = (index >= onset[:, :, None]) & (index <= offset[:, :, None])
    peak = r_peaks + near[0] + np.where(inside, deflection, -1.0).argmax(axis=2).astype(np.float64)
    return np.where(np.isfinite(onset), peak, np.nan)
