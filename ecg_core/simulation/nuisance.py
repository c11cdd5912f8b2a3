"""Differences between recordings that have nothing to do with potassium: gains, filters of devices, noise.

Noise arises at the nine electrodes and reaches the leads from there, so that one bad electrode spoils what it
should: Einthoven's and Goldberger's laws hold, and an arm electrode moves the chest leads by a third. Strengths
and spectra resemble the MIT-BIH Noise Stress Test recordings (Moody 1984): baseline wander up to 1.8 mV, electrode
motion falling with the square of frequency above 1 Hz, muscle noise flat from 5 to 50 Hz.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import butter, sosfilt, sosfiltfilt

from ecg_core.simulation import parameters as par

Floats = NDArray[np.float64]

MUSCLE_NOISE_MV = (0.002, 0.03)  # range of SD
NOISY_SHARE, NOISY_MUSCLE_MV = 0.06, 0.12  # tremor, shivering
MAINS_MV = (0.0, 0.02)  # range of amplitude
WANDER_MV = (0.0, 0.3)  # range of amplitude
MOTION_SHARE, MOTION_MV = 0.15, (0.3, 5.0)  # a moved electrode, a step and its slow return
FLAT_LEAD_SHARE = 0.04  # a chest electrode that was never attached
LOW_PASS_SHARE, LOW_PASS_HZ = 0.5, (35.0, 150.0)
HIGH_PASS_SHARE, HIGH_PASS_HZ = 0.5, (0.05, 0.5)  # single pass, as in devices: it bends ST a little
STEP_UV = (1.0, 2.5, 4.88, 5.0)  # of the converter

# Leads (rows, in the order of INDEPENDENT_LEADS) from electrodes RA, LA, LL, V1-V6; Wilson's terminal is their mean.
_FROM_ELECTRODES = np.zeros((8, 9))
_FROM_ELECTRODES[0, [0, 1]] = -1.0, 1.0
_FROM_ELECTRODES[1, [0, 2]] = -1.0, 1.0
_FROM_ELECTRODES[2:, :3] = -1.0 / 3.0
_FROM_ELECTRODES[2:, 3:] = np.eye(6)
_N_ELECTRODES = 9


def add_nuisance(
    signal_mv: NDArray[np.float32], fs_hz: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """`(8, samples)` in the order of `INDEPENDENT_LEADS` as another device might have recorded them elsewhere."""
    time_s = np.arange(signal_mv.shape[1]) / fs_hz
    at_electrodes = (
        _muscle(time_s.size, fs_hz, rng) + _wander(time_s, fs_hz, rng) + _motion(time_s, fs_hz, rng)
    )
    noise = _FROM_ELECTRODES @ at_electrodes + _mains(time_s, rng)
    recorded = _device(_gains(rng)[:, None] * signal_mv + noise, fs_hz, rng)
    if rng.random() < FLAT_LEAD_SHARE:
        recorded[rng.integers(2, 8)] = 0.0
    return recorded.astype(np.float32)


def _gains(rng: np.random.Generator) -> Floats:
    gain = np.full(8, par.RECORD_GAIN_MEDIAN * rng.lognormal(0.0, par.RECORD_GAIN))
    gain[2:] *= rng.lognormal(0.0, par.CHEST_LEAD_GAIN, 6)
    return gain


def _muscle(n_samples: int, fs_hz: float, rng: np.random.Generator) -> Floats:
    band = butter(2, [5.0, min(60.0, 0.45 * fs_hz)], "bandpass", fs=fs_hz, output="sos")
    white = sosfilt(band, rng.standard_normal((_N_ELECTRODES, n_samples)), axis=1)
    strength_mv = np.exp(rng.uniform(*np.log(MUSCLE_NOISE_MV)))
    if rng.random() < NOISY_SHARE:
        strength_mv = NOISY_MUSCLE_MV * rng.uniform(0.4, 1.0)
    # Halved power at each of the two electrodes of a lead; it comes and goes.
    scale = strength_mv / np.sqrt(2) * rng.lognormal(0.0, 0.4, (_N_ELECTRODES, 1))
    swell = np.exp(0.5 * _slow(n_samples, fs_hz, 0.5, rng))
    return np.asarray(scale * swell * white / white.std(axis=1, keepdims=True))


def _wander(time_s: Floats, fs_hz: float, rng: np.random.Generator) -> Floats:
    """Breathing, and a slow wandering of its own at every electrode."""
    strength = rng.uniform(*WANDER_MV) * rng.uniform(-1.0, 1.0, (2, _N_ELECTRODES, 1))
    breath = np.sin(2 * np.pi * rng.uniform(0.1, 0.45) * time_s + rng.uniform(0, 2 * np.pi))
    return np.asarray(
        strength[0] * breath + 0.5 * strength[1] * _slow(time_s.size, fs_hz, 2.0, rng, _N_ELECTRODES)
    )


def _motion(time_s: Floats, fs_hz: float, rng: np.random.Generator) -> Floats:
    """One or two electrodes are pushed: steps of up to several millivolts that return within a second."""
    noise = np.zeros((_N_ELECTRODES, time_s.size))
    if rng.random() >= MOTION_SHARE:
        return noise
    for electrode in rng.choice(_N_ELECTRODES, rng.integers(1, 3), replace=False):
        for start_s in rng.uniform(0, time_s[-1], rng.integers(1, 4)):
            size_mv = np.exp(rng.uniform(*np.log(MOTION_MV))) * rng.choice([-1.0, 1.0])
            since = time_s - start_s
            noise[electrode] += np.where(since > 0, size_mv * np.exp(-since / rng.uniform(0.05, 1.0)), 0.0)
    return np.asarray(gaussian_filter1d(noise, rng.uniform(0.01, 0.05) * fs_hz, axis=1))


def _slow(n_samples: int, fs_hz: float, scale_s: float, rng: np.random.Generator, n_rows: int = 1) -> Floats:
    """Smooth random courses of SD about 1 that change over `scale_s`, `(n_rows, n_samples)`."""
    n_knots = max(4, int(n_samples / fs_hz / scale_s) + 2)
    places = np.linspace(0, n_knots - 1, n_samples)
    knots = rng.standard_normal((n_rows, n_knots))
    lower = np.minimum(places.astype(int), n_knots - 2)
    part = 0.5 - 0.5 * np.cos(np.pi * (places - lower))
    return np.asarray(knots[:, lower] * (1 - part) + knots[:, lower + 1] * part)


def _mains(time_s: Floats, rng: np.random.Generator) -> Floats:
    """As the leads show it after the device's own notch: weaker than at the electrodes."""
    frequency_hz = rng.choice([50.0, 60.0])
    amplitude = rng.uniform(*MAINS_MV) * rng.uniform(0.0, 1.0, (8, 1))
    return np.asarray(amplitude * np.sin(2 * np.pi * frequency_hz * time_s + rng.uniform(0, 2 * np.pi)))


def _device(signal_mv: Floats, fs_hz: float, rng: np.random.Generator) -> Floats:
    """The filters of a device, and the steps of its converter."""
    if rng.random() < LOW_PASS_SHARE:
        cutoff_hz = min(np.exp(rng.uniform(*np.log(LOW_PASS_HZ))), 0.45 * fs_hz)
        signal_mv = sosfiltfilt(butter(1, cutoff_hz, fs=fs_hz, output="sos"), signal_mv, axis=1)
    if rng.random() < HIGH_PASS_SHARE:
        cutoff_hz = np.exp(rng.uniform(*np.log(HIGH_PASS_HZ)))
        signal_mv = sosfilt(butter(1, cutoff_hz, "high", fs=fs_hz, output="sos"), signal_mv, axis=1)
    step_mv = rng.choice(STEP_UV) / 1000.0
    return np.asarray(np.round(signal_mv / step_mv) * step_mv)
