"""Batches for the delineator: crops of marked ECGs with any set of leads, heart rate, polarity and noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.ndimage import gaussian_filter1d
from scipy.signal import butter, sosfiltfilt

from ecg_core.annotation.wave_net import CLASSES, FS_HZ
from ecg_core.datasets.example import EXAMPLE_FS_HZ, Example
from ecg_core.errors import ECGError
from ecg_core.filtering.resample import resample
from ecg_core.training.batches import Batch

CROP_SAMPLES = 1536  # 6.1 s
_LEAD_COUNTS = (1, 2, 3, 12, 12)  # all crops of a batch have as many leads
_ORIGINAL_SHARE = 0.65
_TEMPO_SPREAD = 0.18  # natural log
_MARKED_S = 1.5  # so much of a crop is marked at least
# More of these, and more noise, cost precision where recordings are good.
_FLIPPED, _SMOOTHED, _NOISY, _MAINS, _INTERRUPTED = 0.1, 0.15, 0.4, 0.1, 0.08
_HEARTLESS = 0.04  # of the crops show no ECG at all
_SNR_DB = (0.0, 27.0)
_NOISE_FILES = ("BW", "EM", "MA")  # baseline wander, electrode motion, muscle
NOISE_FS_HZ = 360.0
_WANDER_CUT_HZ = 0.5  # most of the noise reaches the network filtered

Signals = NDArray[np.float32]


def read_noise(folder: Path) -> dict[str, NDArray[np.float64]]:
    """The noise recordings of the MIT-BIH Noise Stress Test Database, `(samples, 2)` mV at 360 Hz, by name.

    Moody et al. 1984, doi:10.13026/C2HS3T: `bw`, `em` and `ma` as WFDB records, or as MATLAB files (`BW.mat`).
    Raises ECGError when one is absent.
    """
    found = {}
    for name in _NOISE_FILES:
        header, matrix = folder / f"{name.lower()}.hea", folder / f"{name}.mat"
        if header.is_file():
            import wfdb

            found[name] = np.asarray(wfdb.rdrecord(str(header.with_suffix(""))).p_signal, dtype=np.float64)
        elif matrix.is_file():
            found[name] = np.asarray(loadmat(matrix)[name], dtype=np.float64)
        else:
            raise ECGError(
                f"{folder} holds no {name.lower()}.hea; give the folder of the noise stress test database."
            )
    return found


def training_noise(noise: dict[str, NDArray[np.float64]]) -> tuple[Signals, ...]:
    """The first half of each recording at `FS_HZ`, as it is and without wander, `(2, samples)` each; the rest is for tests."""
    high_pass = butter(2, _WANDER_CUT_HZ, "highpass", fs=FS_HZ, output="sos")
    halves = [
        resample(recording[: len(recording) // 2].T, NOISE_FS_HZ, FS_HZ) for recording in noise.values()
    ]
    return (*halves, *(sosfiltfilt(high_pass, half, axis=1).astype(np.float32) for half in halves))


@dataclass(frozen=True, eq=False)
class MarkedBatches:
    """`steps` batches an epoch; with `fixed` the same ones every time, for validation.

    `records` holds the examples of each record, the original first. Batches are as many leads large as asked for.
    """

    records: Sequence[Sequence[Example]]
    noise: tuple[Signals, ...]
    seed: int
    steps: int
    fixed: bool = False

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """Millivolts `(records, leads, samples)` and class shares `(records, leads, 4, samples)`, all zero where not marked."""
        rng = np.random.default_rng((self.seed, 0 if self.fixed else epoch))
        for _ in range(self.steps):
            n_leads = int(rng.choice(_LEAD_COUNTS))
            crops = [self._crop(n_leads, rng) for _ in range(batch_size // n_leads)]
            signals, shares = zip(*crops, strict=True)
            yield torch.from_numpy(np.stack(signals)), torch.from_numpy(np.stack(shares))

    def _crop(self, n_leads: int, rng: np.random.Generator) -> tuple[Signals, Signals]:
        if rng.random() < _HEARTLESS:
            return _no_ecg(n_leads, self.noise, rng)
        example = self._example(rng)
        leads = rng.choice(len(example.signal_mv), n_leads, replace=False)
        step = EXAMPLE_FS_HZ / FS_HZ * float(np.clip(rng.lognormal(0, _TEMPO_SPREAD), 0.6, 1.7))
        length, n_samples = (CROP_SAMPLES - 1) * step, example.signal_mv.shape[1]
        first, last = np.median(example.spans[leads], axis=0)
        low = np.clip(first + _MARKED_S * EXAMPLE_FS_HZ - length, 0, max(0.0, n_samples - 1 - length))
        high = np.clip(last - _MARKED_S * EXAMPLE_FS_HZ, low, max(low, n_samples - 1 - length))
        start = rng.uniform(low, high)
        places = start + step * np.arange(CROP_SAMPLES)
        index = np.arange(n_samples)
        signal = np.stack([np.interp(places, index, example.signal_mv[lead], right=np.nan) for lead in leads])
        shares = np.stack(
            [
                class_shares(
                    (example.waves[k][:, 1:] - start) / step,
                    example.waves[k][:, 0],
                    (example.spans[k] - start) / step,
                )
                for k in leads
            ]
        )
        disturbed = disturb(signal, self.noise, rng)
        shares *= np.isfinite(disturbed)[:, None]
        return disturbed.astype(np.float32), shares

    def _example(self, rng: np.random.Generator) -> Example:
        examples = self.records[int(rng.integers(len(self.records)))]
        if len(examples) == 1 or rng.random() < _ORIGINAL_SHARE:
            return examples[0]
        return examples[int(rng.integers(1, len(examples)))]


def _no_ecg(n_leads: int, noise: tuple[Signals, ...], rng: np.random.Generator) -> tuple[Signals, Signals]:
    """A crop in which there is no wave: recorded or white noise, or mains."""
    kind, shape = rng.integers(3), (n_leads, CROP_SAMPLES)
    if kind == 0:
        signal = _recorded_noise(np.tile([0.0, 1.0], (n_leads, CROP_SAMPLES // 2)), noise, rng)
    elif kind == 1:
        signal = gaussian_filter1d(rng.normal(size=shape), rng.uniform(0.3, 4.0), axis=1)
    else:
        signal = np.sin(2 * np.pi * rng.uniform(8, 60) * np.arange(CROP_SAMPLES) / FS_HZ) + rng.normal(
            0, 0.05, shape
        )
    shares = np.zeros((n_leads, len(CLASSES), CROP_SAMPLES), dtype=np.float32)
    shares[:, 0] = 1.0
    return signal.astype(np.float32), shares


def class_shares(
    bounds: NDArray[np.float64], classes: NDArray[np.float64], span: NDArray[np.float64]
) -> Signals:
    """How much of each sample belongs to each class, `(4, CROP_SAMPLES)`, zero outside the marked span.

    A sample stands for half a sample on either side of its place, so that a bound between two samples is learned as such.
    """
    shares = np.zeros((len(CLASSES), CROP_SAMPLES), dtype=np.float32)
    edges = np.arange(CROP_SAMPLES + 1) - 0.5
    for wave in np.unique(classes):
        knots = np.maximum.accumulate(np.sort(bounds[classes == wave], axis=0).ravel())
        covered = np.cumsum(np.diff(knots, prepend=knots[0]) * (np.arange(knots.size) % 2))
        shares[int(wave)] = np.diff(np.interp(edges, knots, covered))
    total = shares.sum(axis=0)
    shares /= np.maximum(total, 1.0)
    shares[0] = np.maximum(1.0 - total, 0.0)
    at = np.arange(CROP_SAMPLES)
    shares[:, (at < span[0]) | (at > span[1])] = 0.0
    return shares


def disturb(
    signal_mv: NDArray[np.float64], noise: tuple[Signals, ...], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Leads `(leads, samples)` as worse recordings would show them: turned over, smoothed, noisy, interrupted."""
    n_leads, n_samples = signal_mv.shape
    signal = signal_mv * np.where(rng.random((n_leads, 1)) < _FLIPPED, -1.0, 1.0)
    if rng.random() < _SMOOTHED:
        signal = gaussian_filter1d(signal, rng.uniform(0.5, 2.5), axis=1, mode="nearest")
    if rng.random() < _NOISY:
        signal = signal + _recorded_noise(signal, noise, rng)
    if rng.random() < _MAINS:
        phase = 2 * np.pi * rng.choice([50.0, 60.0]) * np.arange(n_samples) / FS_HZ
        signal = signal + rng.uniform(0, 0.1, (n_leads, 1)) * np.sin(phase + rng.uniform(0, 6, (n_leads, 1)))
    if rng.random() < _INTERRUPTED:
        start = int(rng.integers(n_samples))
        gone = rng.random(n_leads) < rng.choice([0.5, 1.0])
        signal[gone, start : start + int(rng.integers(20, 500))] = np.nan
    return signal


def _recorded_noise(
    signal_mv: NDArray[np.float64], noise: tuple[Signals, ...], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Two stretches of recorded noise in each lead, or in some, at one signal-to-noise ratio.

    The power of the signal is that of its QRS, peak-to-peak squared over eight, as in PhysioNet's `nst`.
    """
    n_leads, n_samples = signal_mv.shape
    kinds = rng.integers(len(noise), size=2)
    added = np.zeros(signal_mv.shape)
    for lead in range(n_leads):
        for kind in kinds:
            channel = noise[kind][int(rng.integers(2))]
            start = int(rng.integers(channel.size - n_samples))
            piece = channel[start : start + n_samples]
            added[lead] += rng.choice([-1, 1]) * (piece - piece.mean()) / max(float(piece.std()), 1e-6)
    heights = np.nanmax(signal_mv, axis=1) - np.nanmin(signal_mv, axis=1)
    heights = np.maximum(heights, 0.3 * np.median(heights))
    rms = np.sqrt(heights**2 / 8 / 10 ** (rng.uniform(*_SNR_DB) / 10))
    some = rng.random(n_leads) < (1.0 if rng.random() < 0.7 else 0.4)
    return np.asarray(added / np.sqrt(2) * (rms * some)[:, None])
