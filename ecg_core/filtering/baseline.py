"""Baseline wander: the wavelet and high-pass steps of the potassium papers, kept from bending the ST segment."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pywt
from numpy.typing import NDArray
from scipy import signal as sps
from scipy.linalg import solveh_banded

from ecg_core.filtering.beat_model import model_beats

_WAVELET = "db4"
# Level 9 at 500 Hz is level 5 at 500 / 16 Hz: the approximation below 0.49 Hz.
_SLOW_RATE_HZ, _WAVELET_LEVEL = 500 / 16, 5
_LARGEST_FACTOR = 2000
_PAD_S = 4.0  # half the reach of the wavelet


def remove_wander(
    signal_mv: NDArray[np.float64], fs_hz: float, wavelet: bool, high_pass_hz: float | None
) -> NDArray[np.float64]:
    """`(leads, samples)` without its wander.

    The filters see what is left after the median beat was taken away at every beat, and the beats
    are put back afterwards; `ecg_core.filtering.pipeline` says why. A wavelet level halves the rate,
    so that only 500 Hz times a power of two has one that ends at 0.49 Hz: both steps run at such a
    rate, a low one, and what they find is taken back to the record's rate. The cut is the same at any.
    """
    centred = signal_mv - np.median(signal_mv, axis=-1, keepdims=True)
    rest = centred - model_beats(centred, fs_hz)
    ratio = Fraction(_SLOW_RATE_HZ / fs_hz).limit_denominator(_LARGEST_FACTOR)
    left = sps.resample_poly(rest, ratio.numerator, ratio.denominator, axis=-1, padtype="line")
    wander = np.zeros_like(left)
    if high_pass_hz is not None:
        wander = slow_trend(left, _SLOW_RATE_HZ, high_pass_hz)
    if wavelet:
        wander = wander + _wavelet_approximation(left - wander)
    wander = sps.resample_poly(wander, ratio.denominator, ratio.numerator, axis=-1, padtype="line")
    steady: NDArray[np.float64] = centred - wander[:, : signal_mv.shape[1]]
    return steady


def slow_trend(signal_mv: NDArray[np.float64], fs_hz: float, cut_hz: float) -> NDArray[np.float64]:
    """What a second-order Butterworth high-pass, run forward and backward, takes from `(leads, samples)`.

    It is found as the smooth line b that minimises |x - b|^2 + w |b''|^2 (Whittaker 1923; Tarvainen
    2002). Its gain 1 / (1 + (f / cut)^4) is that filter's, but it needs no padding: at the ends it
    goes straight on, where a filter over a mirrored signal leaves a third of the breathing.
    """
    n_samples = signal_mv.shape[1]
    weight = (2 * np.sin(np.pi * cut_hz / fs_hz)) ** -4
    bands = np.empty((3, n_samples))  # of I + w D'D with the second difference D, upper form
    bands[0], bands[1], bands[2] = weight, -4 * weight, 1 + 6 * weight
    bands[1, [1, -1]] = -2 * weight
    bands[2, [0, -1]], bands[2, [1, -2]] = 1 + weight, 1 + 5 * weight
    trend: NDArray[np.float64] = solveh_banded(bands, signal_mv.T).T
    return trend


def _wavelet_approximation(slow_mv: NDArray[np.float64]) -> NDArray[np.float64]:
    """The db4 approximation of `(leads, samples)` at the slow rate below 0.49 Hz; the ends are mirrored."""
    pad = round(_PAD_S * _SLOW_RATE_HZ)
    padded = np.pad(slow_mv, ((0, 0), (pad, pad)), mode="symmetric")
    approximation, *details = pywt.wavedec(padded, _WAVELET, level=_WAVELET_LEVEL, axis=-1)
    slowest = pywt.waverec([approximation, *[None] * len(details)], _WAVELET, axis=-1)
    return np.asarray(slowest[:, pad : pad + slow_mv.shape[1]])
