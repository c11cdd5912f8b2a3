"""Pacing spikes at the beginning of the QRS, in the signal before any filter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ecg_core.annotation.types import ONSET, Annotation
from ecg_core.record import ECGRecord

SLOWEST_RATE_HZ = 400.0  # a spike lasts 0.5 to 2 ms; slower recordings have filtered it away
SPIKE_SHARE = 0.2  # of the usual height of the QRS in that lead
_LONGEST_S = 0.006
_AT_ONSET_S, _BEFORE_S = (-0.06, 0.02), (-0.3, -0.08)  # from the onset of the QRS
_ABOVE_BEFORE = 3.0  # times what is found before the QRS, where noise shows as well
_R_FROM_ONSET_S = 0.05  # where the onset is not known
_QRS_S = (-0.06, 0.12)
_LEAST_LEADS = 2
_BLOCK_BEATS = 1000


def spike_at_onset(raw: ECGRecord, annotation: Annotation) -> NDArray[np.bool_] | None:
    """Which beats begin with a pacing spike, `(beats,)`; None at rates that do not hold spikes.

    A spike is what a median filter over 12 ms takes away, in two leads (one, if there are not three). Pacing of
    the atria alone is not looked for: their spike stands before P, where too little tells it from noise.
    """
    if raw.fs_hz < SLOWEST_RATE_HZ:
        return None
    onset = annotation.waves.qrs[:, ONSET]
    onset = np.where(np.isfinite(onset), onset, annotation.r_peaks - _R_FROM_ONSET_S * raw.fs_hz)
    least = _LEAST_LEADS if len(raw.leads) > _LEAST_LEADS else 1
    spiked = np.zeros(onset.size, dtype=bool)
    height_mv = _usual_height_mv(raw, onset[:: max(1, onset.size // _BLOCK_BEATS)])
    for start in range(0, onset.size, _BLOCK_BEATS):
        here = onset[start : start + _BLOCK_BEATS]
        at_onset, before = _spike_mv(raw, here, _AT_ONSET_S), _spike_mv(raw, here, _BEFORE_S)
        leads = (at_onset >= SPIKE_SHARE * height_mv[:, None]) & (at_onset >= _ABOVE_BEFORE * before)
        spiked[start : start + _BLOCK_BEATS] = leads.sum(axis=0) >= least
    return spiked


def _spike_mv(raw: ECGRecord, onset: NDArray[np.float64], span_s: tuple[float, float]) -> NDArray[np.float64]:
    """Height of the narrowest deflection within a span of each beat, `(leads, beats)`; 0 where samples are missing."""
    windows = _windows(raw, onset, span_s)
    width = 2 * round(_LONGEST_S * raw.fs_hz) + 1
    narrow = np.abs(windows - ndimage.median_filter(windows, size=(1, 1, width)))
    return np.nan_to_num(narrow.max(axis=2))


def _usual_height_mv(raw: ECGRecord, onset: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of the QRS of each lead, `(leads,)`; infinite in a lead that is flat or not recorded."""
    heights = np.ptp(_windows(raw, onset, _QRS_S), axis=2)
    usual = [np.median(row[row > 0]) if (row > 0).any() else np.inf for row in heights]
    return np.array(usual)


def _windows(raw: ECGRecord, onset: NDArray[np.float64], span_s: tuple[float, float]) -> NDArray[np.float64]:
    """`(leads, beats, samples)`."""
    first, last = (round(edge * raw.fs_hz) for edge in span_s)
    at = np.rint(onset).astype(np.int64)[:, None] + np.arange(first, last + 1)
    return raw.signal_mv[:, np.clip(at, 0, raw.n_samples - 1)].astype(np.float64)
