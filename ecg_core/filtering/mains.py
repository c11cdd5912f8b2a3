"""Mains interference: whether it is there, and its removal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal as sps

MAINS_HZ = (50.0, 60.0)
_PRESENT_RATIO = 8.0  # of power; a line of 5 uV passes it in real ECGs, muscle noise and QRS harmonics do not
_HALF_WIDTH_HZ = 1.0  # a grid drifts by some tenths of a hertz; narrower would ring for longer
_NEIGHBOURHOOD_HZ = 8.0
_SMALLEST_AMPLITUDE_MV = 0.002
_SPECTRUM_SEGMENT_S = 4.0
_PAD_S = 1.0


def is_below_nyquist(mains_hz: float, fs_hz: float) -> bool:
    """Whether a recording at `fs_hz` can hold the whole band about `mains_hz`."""
    return mains_hz + _HALF_WIDTH_HZ < fs_hz / 2


def mains_amplitudes_mv(signal_mv: NDArray[np.float64], fs_hz: float) -> NDArray[np.float64]:
    """`(leads, samples)` -> `(2, leads)`: amplitude of the 50 and of the 60 Hz line in mV.

    Zero where the line does not stand out from the 8 Hz about it, or lies too near half the rate.
    """
    segment = min(signal_mv.shape[1], round(_SPECTRUM_SEGMENT_S * fs_hz))
    freq_hz, density = sps.welch(signal_mv, fs_hz, nperseg=segment, detrend="linear")
    amplitudes_mv = np.zeros((len(MAINS_HZ), signal_mv.shape[0]))
    for row, mains_hz in enumerate(MAINS_HZ):
        if is_below_nyquist(mains_hz, fs_hz):
            distance_hz = np.abs(freq_hz - mains_hz)
            line = distance_hz <= _HALF_WIDTH_HZ
            beside = (distance_hz > 2 * _HALF_WIDTH_HZ) & (distance_hz <= _NEIGHBOURHOOD_HZ)
            power = density[:, line].sum(axis=1) * freq_hz[1]
            expected = np.median(density[:, beside], axis=1) * line.sum() * freq_hz[1]
            amplitudes_mv[row] = np.where(power >= _PRESENT_RATIO * expected, np.sqrt(2 * power), 0.0)
    return amplitudes_mv


def detect_mains(signal_mv: NDArray[np.float64], fs_hz: float) -> float | None:
    """50 or 60 where that line stands out in any lead of `(leads, samples)` with 2 uV or more, else None."""
    strongest_mv = mains_amplitudes_mv(signal_mv, fs_hz).max(axis=1)
    return MAINS_HZ[int(strongest_mv.argmax())] if strongest_mv.max() >= _SMALLEST_AMPLITUDE_MV else None


def remove_mains(signal_mv: NDArray[np.float64], fs_hz: float, mains_hz: float) -> NDArray[np.float64]:
    """Zero-phase Butterworth band-stop, `mains_hz` +- 1 Hz, of `(leads, samples)`.

    The band is shifted to 0 Hz, low-passed there and shifted back before it is subtracted: the same
    filter, but the padding at the ends then continues the sine in phase, where padding the signal
    itself would break it and leave most of the line in the first and last 0.1 s.
    """
    shift = np.exp(-2j * np.pi * mains_hz / fs_hz * np.arange(signal_mv.shape[1]))
    pad = round(_PAD_S * fs_hz)
    envelope = np.pad(signal_mv * shift, ((0, 0), (pad, pad)), mode="symmetric")
    sos = sps.butter(2, _HALF_WIDTH_HZ, "lowpass", fs=fs_hz, output="sos")
    envelope = sps.sosfiltfilt(sos, envelope, axis=-1, padtype=None)[:, pad:-pad]
    line: NDArray[np.float64] = 2 * (envelope * shift.conj()).real
    return signal_mv - line
