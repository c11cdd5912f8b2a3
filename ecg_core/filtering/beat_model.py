"""A model of the heart beats in a recording: its median beat, laid at every beat.

What is left after the model is taken away (wander, noise) can be filtered as hard as one likes
without bending an ST segment that is the same in every beat.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy import signal as sps
from scipy.interpolate import CubicSpline

_QRS_BAND_HZ = (8.0, 25.0)
_REFRACTORY_S = 0.25
_PR_SEGMENT_S = (-0.09, -0.06)  # from the middle of the QRS
_LONGEST_BEFORE_S, _LONGEST_AFTER_S = 0.35, 0.65
_TAPER_S = 0.04


def find_qrs(signal_mv: NDArray[np.float64], fs_hz: float) -> NDArray[np.intp]:
    """Sample indices of the middle of each QRS, from the 8-25 Hz energy of all leads `(leads, samples)` together."""
    band = (_QRS_BAND_HZ[0], min(_QRS_BAND_HZ[1], 0.45 * fs_hz))
    sos = sps.butter(2, band, "bandpass", fs=fs_hz, output="sos")
    energy = np.sqrt(np.mean(sps.sosfiltfilt(sos, signal_mv, axis=-1) ** 2, axis=0))
    energy = ndimage.uniform_filter1d(energy, max(1, round(0.1 * fs_hz)))
    window = round(2 * fs_hz)
    peaks = [energy[start : start + window].max() for start in range(0, energy.size, window)]
    found, _ = sps.find_peaks(
        energy, height=0.4 * np.median(peaks), distance=max(1, round(_REFRACTORY_S * fs_hz))
    )
    return np.asarray(found, dtype=np.intp)


def model_beats(signal_mv: NDArray[np.float64], fs_hz: float) -> NDArray[np.float64]:
    """The median beat of each lead of `(leads, samples)` at every beat, relative to the PR segment; zero between beats.

    All zero where fewer than two beats are found.
    """
    model = np.zeros_like(signal_mv)
    qrs = find_qrs(signal_mv, fs_hz)
    if qrs.size < 2:
        return model
    rr = float(np.median(np.diff(qrs)))
    before = round(min(0.4 * rr, _LONGEST_BEFORE_S * fs_hz))
    after = round(min(0.6 * rr, _LONGEST_AFTER_S * fs_hz))
    median_beat = _median_beat(signal_mv - _isoelectric_line(signal_mv, qrs, fs_hz), qrs, before, after)
    median_beat *= sps.windows.tukey(before + after, 2 * _TAPER_S * fs_hz / (before + after))
    for centre, start, stop in _beat_spans(qrs, before, after, signal_mv.shape[1]):
        model[:, start:stop] = median_beat[:, start - centre + before : stop - centre + before]
    return model


def _beat_spans(
    qrs: NDArray[np.intp], before: int, after: int, n_samples: int
) -> Iterator[tuple[int, int, int]]:
    """`(centre, start, stop)` of each beat, cut where the next one begins at 60 % of the RR interval."""
    cuts = np.r_[0, qrs[:-1] + 0.6 * np.diff(qrs), n_samples].astype(int)
    for centre, earliest, latest in zip(qrs.tolist(), cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        yield centre, max(earliest, centre - before), min(latest, centre + after)


def median_beats(
    signal_mv: NDArray[np.float64], fs_hz: float, before: int, after: int
) -> NDArray[np.float64] | None:
    """Median over the beats of each lead, `(leads, samples)` -> `(leads, before + after)`; None without a beat."""
    qrs = find_qrs(signal_mv, fs_hz)
    return _median_beat(signal_mv, qrs, before, after) if qrs.size else None


def _isoelectric_line(
    signal_mv: NDArray[np.float64], qrs: NDArray[np.intp], fs_hz: float
) -> NDArray[np.float64]:
    """Cubic spline through the PR segments (Meyer and Keiser 1977), level before the first and after the last."""
    first, last = (round(edge * fs_hz) for edge in _PR_SEGMENT_S)
    lags = np.arange(first, last + 1)
    at = np.clip(qrs[:, None] + lags, 0, signal_mv.shape[1] - 1)
    levels = signal_mv[:, at].mean(axis=-1)
    knots = at.mean(axis=-1)
    line: NDArray[np.float64] = CubicSpline(knots, levels, axis=1, bc_type="clamped")(
        np.clip(np.arange(signal_mv.shape[1]), knots[0], knots[-1])
    )
    return line


def _median_beat(
    signal_mv: NDArray[np.float64], qrs: NDArray[np.intp], before: int, after: int
) -> NDArray[np.float64]:
    """`(leads, before + after)`, from the beats that lie inside the signal as a whole where there are any."""
    whole = qrs[(qrs >= before) & (qrs + after <= signal_mv.shape[1])]
    centres = whole if whole.size else qrs
    at = np.clip(centres[:, None] + np.arange(-before, after), 0, signal_mv.shape[1] - 1)
    median: NDArray[np.float64] = np.median(signal_mv[:, at], axis=1)
    return median
