"""Baseline wander: the wavelet and high-pass steps of the potassium papers, kept from bending the ST segment."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pywt
from numpy.typing import NDArray
from scipy import signal as sps

from ecg_core.filtering.beat_model import model_beats

_WAVELET = "db4"
# Level 9 at 500 Hz is level 5 at 500 / 16 Hz: the approximation below 0.49 Hz.
_WAVELET_RATE_HZ, _WAVELET_LEVEL = 500 / 16, 5
_LARGEST_FACTOR = 2000
_HIGH_PASS_ORDER = 2  # steeper ones left more of real wander in, because they ring for longer
_PAD_S = 4.0  # half the reach of the wavelet


def remove_wander(
    signal_mv: NDArray[np.float64], fs_hz: float, wavelet: bool, high_pass_hz: float | None
) -> NDArray[np.float64]:
    """`(leads, samples)` without its wander.

    The filters see what is left after the median beat was taken away at every beat, and the beats
    are put back afterwards; `ecg_core.filtering.pipeline` says why. The ends are mirrored.
    """
    centred = signal_mv - np.median(signal_mv, axis=-1, keepdims=True)
    beats = model_beats(centred, fs_hz)
    pad = round(_PAD_S * fs_hz)
    rest = np.pad(centred - beats, ((0, 0), (pad, pad)), mode="symmetric")
    if wavelet:
        rest = rest - wavelet_approximation(rest, fs_hz)
    if high_pass_hz is not None:
        sos = sps.butter(_HIGH_PASS_ORDER, high_pass_hz, "highpass", fs=fs_hz, output="sos")
        rest = sps.sosfiltfilt(sos, rest, axis=-1)
    return beats + rest[:, pad:-pad]


def wavelet_approximation(signal_mv: NDArray[np.float64], fs_hz: float) -> NDArray[np.float64]:
    """The db4 approximation of `(leads, samples)` below 0.49 Hz.

    A wavelet level halves the rate, so that only rates of 500 Hz times a power of two have a level
    that ends there; the signal is taken to such a rate and back, and the cut is the same at any rate.
    """
    ratio = Fraction(_WAVELET_RATE_HZ / fs_hz).limit_denominator(_LARGEST_FACTOR)
    slow = sps.resample_poly(signal_mv, ratio.numerator, ratio.denominator, axis=-1, padtype="line")
    approximation, *details = pywt.wavedec(slow, _WAVELET, level=_WAVELET_LEVEL, axis=-1)
    slow = pywt.waverec([approximation, *[None] * len(details)], _WAVELET, axis=-1)[:, : slow.shape[1]]
    wander = sps.resample_poly(slow, ratio.denominator, ratio.numerator, axis=-1, padtype="line")
    return np.asarray(wander[:, : signal_mv.shape[1]])
