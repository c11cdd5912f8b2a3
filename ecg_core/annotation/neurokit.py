"""NeuroKit2's delineation methods behind our interface.

NeuroKit2 (Makowski 2021) delineates one lead: "prominence" after Emrich et al. 2024, "dwt" after
Martinez et al. 2004. It answers in lists that may be shorter than the R peaks, mixes up neighbouring beats
near gaps, and raises on too few beats; here it runs on stretches of beats and every mark is placed anew.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import neurokit2 as nk
import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Waves
from ecg_core.filtering.gaps import bridge_gaps
from ecg_core.record import ECGRecord

BEATS_AT_ONCE = 120  # bounds memory on long records
CONTEXT_BEATS = 2
MIN_BEATS = 2  # the methods need an RR interval
QRS_HALF_S = 0.15  # QRS onset and offset lie within this of R
PR_LIMIT_S = 0.35
QT_LIMIT_S = 0.65

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class NeuroKitDelineator:
    """One of NeuroKit2's methods. A lead on which it fails comes back without waves."""

    name: Literal["prominence", "dwt"]

    def delineate(self, record: ECGRecord, r_peaks: NDArray[np.int64]) -> dict[str, Waves]:
        """See `methods.Delineator`."""
        return {
            lead: self._delineate_lead(samples, record.fs_hz, r_peaks)
            for lead, samples in zip(record.leads, record.signal_mv, strict=True)
        }

    def _delineate_lead(
        self, samples: NDArray[np.float32], fs_hz: float, r_peaks: NDArray[np.int64]
    ) -> Waves:
        signal, missing = bridge_gaps(samples)
        waves = Waves.unknown(r_peaks.size)
        if r_peaks.size < MIN_BEATS or missing.mean() > 0.9 or np.nanstd(samples) < 1e-4:
            return waves
        for beats, first, last in _stretches(r_peaks, fs_hz, signal.size):
            marks = self._marks(signal[first:last], r_peaks[beats] - first, fs_hz)
            _place(marks, r_peaks, beats, first, fs_hz, waves)
        _drop_missing(waves, missing)
        return waves

    def _marks(self, signal: Floats, r_peaks: NDArray[np.int64], fs_hz: float) -> dict[str, Floats]:
        """The method's marks by NeuroKit2's names, any order, NaN removed; empty when it fails."""
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                _, found = nk.ecg_delineate(signal, r_peaks, sampling_rate=fs_hz, method=self.name)
        except (ValueError, IndexError, KeyError, TypeError, ZeroDivisionError, RuntimeError):
            return {}  # the library gives up in many ways; the beats are then cut around R alone
        arrays = {key: np.asarray(value, dtype=np.float64) for key, value in found.items()}
        return {key: np.unique(value[np.isfinite(value)]) for key, value in arrays.items()}


def _stretches(r_peaks: NDArray[np.int64], fs_hz: float, n_samples: int) -> Iterator[tuple[slice, int, int]]:
    """Slices of beats with some context, and the first and last sample of each stretch."""
    for start in range(0, r_peaks.size, BEATS_AT_ONCE):
        low = max(0, start - CONTEXT_BEATS)
        high = min(r_peaks.size, start + BEATS_AT_ONCE + CONTEXT_BEATS)
        first = max(0, int(r_peaks[low] - 1.5 * fs_hz))
        last = min(n_samples, int(r_peaks[high - 1] + 1.5 * fs_hz))
        yield slice(low, high), first, last


def _place(
    marks: dict[str, Floats],
    r_peaks: NDArray[np.int64],
    beats: slice,
    first: int,
    fs_hz: float,
    waves: Waves,
) -> None:
    """Write the marks into the rows of the beats they belong to."""
    r = r_peaks[beats].astype(np.float64) - first
    before = np.concatenate([[-np.inf], r[:-1]])
    after = np.concatenate([r[1:], [np.inf]])
    half = QRS_HALF_S * fs_hz

    def nearest(key: str, low: Floats, high: Floats, target: Floats) -> Floats:
        return _nearest_within(marks.get(key, np.zeros(0)), low, high, target)

    qrs = waves.qrs[beats]
    qrs[:, ONSET] = nearest("ECG_R_Onsets", r - half, r, r) + first
    qrs[:, OFFSET] = nearest("ECG_R_Offsets", r, r + half, r) + first
    qrs[:, PEAK] = r + first
    for letter, wave, low, high in (
        ("P", waves.p[beats], np.maximum(r - PR_LIMIT_S * fs_hz, before), r - 0.02 * fs_hz),
        ("T", waves.t[beats], r + 0.06 * fs_hz, np.minimum(r + QT_LIMIT_S * fs_hz, after)),
    ):
        peak = nearest(f"ECG_{letter}_Peaks", low, high, r)
        wave[:, ONSET] = nearest(f"ECG_{letter}_Onsets", low, peak, peak) + first
        wave[:, PEAK] = peak + first
        wave[:, OFFSET] = nearest(f"ECG_{letter}_Offsets", peak, high, peak) + first


def _nearest_within(marks: Floats, low: Floats, high: Floats, target: Floats) -> Floats:
    """For every beat the mark nearest to `target` in [low, high], NaN where there is none."""
    if not marks.size:
        return np.full(target.shape, np.nan)
    right = np.clip(np.searchsorted(marks, np.nan_to_num(target, nan=np.inf)), 0, marks.size - 1)
    candidates = marks[np.stack([np.maximum(right - 1, 0), right])]
    fits = (candidates >= low) & (candidates <= high)
    distance = np.where(fits, np.abs(candidates - target), np.inf)
    best = distance.argmin(axis=0)
    chosen = np.take_along_axis(candidates, best[None], axis=0)[0]
    return np.where(fits.any(axis=0), chosen, np.nan)


def _drop_missing(waves: Waves, missing: NDArray[np.bool_]) -> None:
    """Forget marks on samples that were never recorded."""
    for wave in (waves.p, waves.qrs, waves.t):
        known = np.isfinite(wave)
        on_gap = np.zeros_like(known)
        on_gap[known] = missing[wave[known].astype(np.int64)]
        wave[on_gap.any(axis=1)] = np.nan
