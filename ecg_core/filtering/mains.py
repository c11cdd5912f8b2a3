"""Mains interference: is it there, and its removal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal as sps

MAINS_FREQUENCIES_HZ = (50, 60)
_HALF_WIDTH_HZ = 1.0  # the grid drifts by some tenths of a hertz
_NEIGHBOURHOOD_HZ = 8.0
_SMALLEST_RATIO = 8.0  # line power over the power that its neighbourhood leads one to expect
_SMALLEST_AMPLITUDE_MV = 0.002


def mains_ratio(signal_mv: NDArray[np.float64], fs_hz: float, mains_hz: float) -> NDArray[np.float64]:
    """Per lead of `(leads, samples)`: power within 1 Hz of `mains_hz` over that expected from its neighbourhood.

    Zero where the line lies too near the Nyquist frequency, or where its amplitude is below 2 uV.
    """
    leads = signal_mv.shape[0]
    if mains_hz + _HALF_WIDTH_HZ >= fs_hz / 2:
        return np.zeros(leads)
    segment = min(signal_mv.shape[1], round(4 * fs_hz))
    freq_hz, density = sps.welch(signal_mv, fs_hz, nperseg=segment, detrend="linear")
    distance_hz = np.abs(freq_hz - mains_hz)
    line = distance_hz <= _HALF_WIDTH_HZ
    beside = (distance_hz > 2 * _HALF_WIDTH_HZ) & (distance_hz <= _NEIGHBOURHOOD_HZ)
    power = density[:, line].sum(axis=1)
    expected = np.median(density[:, beside], axis=1) * line.sum()
    amplitude_mv = np.sqrt(2 * power * (freq_hz[1] - freq_hz[0]))
    ratio = power / np.maximum(expected, np.finfo(float).tiny)
    return np.where(amplitude_mv >= _SMALLEST_AMPLITUDE_MV, ratio, 0.0)


def detect_mains(signal_mv: NDArray[np.float64], fs_hz: float) -> float | None:
    """50 or 60 where that line stands above its neighbourhood in any lead of `(leads, samples)`, else None."""
    ratios = {line: mains_ratio(signal_mv, fs_hz, line).max() for line in MAINS_FREQUENCIES_HZ}
    strongest = max(ratios, key=lambda line: ratios[line])
    return float(strongest) if ratios[strongest] >= _SMALLEST_RATIO else None


def remove_mains(padded_mv: NDArray[np.float64], fs_hz: float, mains_hz: float) -> NDArray[np.float64]:
    """Zero-phase second-order Butterworth band-stop, `mains_hz` +- 1 Hz, on `(leads, samples)`."""
    band_hz = (mains_hz - _HALF_WIDTH_HZ, mains_hz + _HALF_WIDTH_HZ)
    sos = sps.butter(2, band_hz, "bandstop", fs=fs_hz, output="sos")
    stopped: NDArray[np.float64] = sps.sosfiltfilt(sos, padded_mv, axis=-1, padtype=None)
    return stopped
