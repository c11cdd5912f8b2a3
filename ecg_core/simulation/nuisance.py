"""Differences between recordings that have nothing to do with potassium: electrode places, gain, noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

GAIN_SPREAD = 0.20  # natural log, whole record (body build, device)
CHEST_GAIN_SPREAD = 0.08  # natural log, each chest lead (electrode place)
MUSCLE_NOISE_MV = (0.002, 0.03)  # range of SD
MAINS_MV = (0.0, 0.02)  # range of amplitude
WANDER_MV = (0.0, 0.25)  # range of amplitude


def add_nuisance(
    signal_mv: NDArray[np.float32], fs_hz: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """`(8, samples)` in the order of `INDEPENDENT_LEADS`, with gains drawn and noise added."""
    n_leads, n_samples = signal_mv.shape
    gain = rng.lognormal(0.0, GAIN_SPREAD) * np.ones((n_leads, 1))
    gain[2:] *= rng.lognormal(0.0, CHEST_GAIN_SPREAD, (n_leads - 2, 1))
    time_s = np.arange(n_samples) / fs_hz
    noise = (
        _muscle(n_leads, n_samples, fs_hz, rng) + _mains(n_leads, time_s, rng) + _wander(n_leads, time_s, rng)
    )
    return np.asarray(gain * signal_mv + noise, dtype=np.float32)


def _muscle(n_leads: int, n_samples: int, fs_hz: float, rng: np.random.Generator) -> NDArray[np.float64]:
    band = butter(2, [15.0, min(150.0, 0.45 * fs_hz)], "bandpass", fs=fs_hz, output="sos")
    white = sosfilt(band, rng.standard_normal((n_leads, n_samples)), axis=1)
    low, high = MUSCLE_NOISE_MV
    scale = np.exp(rng.uniform(np.log(low), np.log(high))) * rng.lognormal(0.0, 0.3, (n_leads, 1))
    return np.asarray(scale * white / white.std(axis=1, keepdims=True), dtype=np.float64)


def _mains(n_leads: int, time_s: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    frequency_hz = rng.choice([50.0, 60.0])
    amplitude = rng.uniform(*MAINS_MV) * rng.uniform(0.0, 1.0, (n_leads, 1))
    return np.asarray(
        amplitude * np.sin(2 * np.pi * frequency_hz * time_s + rng.uniform(0, 2 * np.pi)), dtype=np.float64
    )


def _wander(n_leads: int, time_s: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    frequency_hz = rng.uniform(0.1, 0.45)
    amplitude = rng.uniform(*WANDER_MV) * rng.uniform(-1.0, 1.0, (n_leads, 1))
    return np.asarray(
        amplitude * np.sin(2 * np.pi * frequency_hz * time_s + rng.uniform(0, 2 * np.pi)), dtype=np.float64
    )
