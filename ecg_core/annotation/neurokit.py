"""NeuroKit2's delineation methods behind our interface.

NeuroKit2 (Makowski 2021) delineates one lead: "prominence" after Emrich et al. 2024, "dwt" after
Martinez et al. 2004. It answers in lists that may be shorter than the R peaks, mixes up neighbouring beats
near gaps, and raises on too few beats; here it runs on stretches of beats and every mark is placed anew.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.blocks import beat_blocks, drop_unrecorded
from ecg_core.annotation.types import Waves
from ecg_core.filtering.gaps import bridge_gaps
from ecg_core.record import ECGRecord

MIN_BEATS = 2  # the methods need an RR interval
QRS_HALF_S = 0.15  # QRS onset and offset lie within this of R
PR_LIMIT_S, P_TO_R_S = 0.35, 0.02  # P peaks between these before R
R_TO_T_S, QT_LIMIT_S = 0.06, 0.65  # T peaks between these after R

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
        for block in beat_blocks(r_peaks, fs_hz, signal.size):
            r = r_peaks[block.seen] - block.first
            marks = self._marks(signal[block.first : block.last], r, fs_hz)
            placed = _place(marks, r.astype(np.float64), fs_hz)
            for wave, found in ((waves.p, placed.p), (waves.qrs, placed.qrs), (waves.t, placed.t)):
                wave[block.own] = found[block.own_in_seen] + block.first
        drop_unrecorded(waves, missing)
        return waves

    def _marks(self, signal: Floats, r_peaks: NDArray[np.int64], fs_hz: float) -> dict[str, Floats]:
        """The method's marks by NeuroKit2's names, any order, NaN removed; empty when it fails."""
        import neurokit2 as nk  # takes a second and more, which only those who choose it should wait

        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                _, found = nk.ecg_delineate(signal, r_peaks, sampling_rate=fs_hz, method=self.name)
        except (ValueError, IndexError, KeyError, TypeError, ZeroDivisionError, RuntimeError):
            return {}  # the library gives up in many ways; the beats are then cut around R alone
        arrays = {key: np.asarray(value, dtype=np.float64) for key, value in found.items()}
        return {key: np.unique(value[np.isfinite(value)]) for key, value in arrays.items()}


def _place(marks: dict[str, Floats], r: Floats, fs_hz: float) -> Waves:
    """The marks in the rows of the beats they belong to, `r` `(beats,)`."""
    before = np.concatenate([[-np.inf], r[:-1]])
    after = np.concatenate([r[1:], [np.inf]])
    half = QRS_HALF_S * fs_hz

    def nearest(key: str, low: Floats, high: Floats, target: Floats) -> Floats:
        return _nearest_within(marks.get(key, np.zeros(0)), low, high, target)

    def triple(letter: str, low: Floats, high: Floats) -> Floats:
        peak = nearest(f"ECG_{letter}_Peaks", low, high, r)
        onset = nearest(f"ECG_{letter}_Onsets", low, peak, peak)
        return np.stack([onset, peak, nearest(f"ECG_{letter}_Offsets", peak, high, peak)], axis=1)

    onset, offset = nearest("ECG_R_Onsets", r - half, r, r), nearest("ECG_R_Offsets", r, r + half, r)
    return Waves(
        p=triple("P", np.maximum(r - PR_LIMIT_S * fs_hz, before), r - P_TO_R_S * fs_hz),
        qrs=np.stack([onset, r, offset], axis=1),
        t=triple("T", r + R_TO_T_S * fs_hz, np.minimum(r + QT_LIMIT_S * fs_hz, after)),
    )


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
