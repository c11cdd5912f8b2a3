"""Baseline wander: the wavelet and high-pass steps of the potassium papers, kept from bending the ST segment."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pywt
from numpy.typing import NDArray
from scipy import signal as sps

from ecg_core.filtering.beat_model import model_beats

_WAVELET = "db4"
_WAVELET_CUT_HZ = 500 / 2**10  # upper edge of the level-9 approximation at 500 Hz
_HIGH_PASS_ORDER = 2
_PAD_S = 4.0


def remove_wander(
    signal_mv: NDArray[np.float64], fs_hz: float, wavelet: bool, high_pass_hz: float | None
) -> NDArray[np.float64]:
    """`(leads, samples)` without its wander.

    The filters see what is left after the median beat was taken away at every beat, and the beats
    are put back afterwards; see `ecg_core.filtering.pipeline` for why.
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


def wavelet_level(fs_hz: float) -> int:
    """The level whose approximation ends at 0.49 Hz, or, where no level does, at the next lower edge."""
    return max(1, math.ceil(math.log2(fs_hz / 2 / _WAVELET_CUT_HZ) - 1e-6))


def wavelet_approximation(signal_mv: NDArray[np.float64], fs_hz: float) -> NDArray[np.float64]:
    """The db4 approximation of `(leads, samples)` below about 0.49 Hz."""
    level = wavelet_level(fs_hz)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Level value", category=UserWarning)  # the ends are padding
        approximation, *details = pywt.wavedec(signal_mv, _WAVELET, level=level, axis=-1)
    slow = pywt.waverec([approximation, *[None] * len(details)], _WAVELET, axis=-1)
    return np.asarray(slow[:, : signal_mv.shape[1]])
