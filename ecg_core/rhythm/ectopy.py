"""Ectopic beats: premature ones, and wide ones of another shape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.cycles import premature
from ecg_core.annotation.types import OFFSET, ONSET, Annotation
from ecg_core.record import ECGRecord

SHAPE_LIKENESS = 0.7  # correlation over all leads; a beat below it has another shape
WIDE_MS = 120.0  # as for bundle branch block (Surawicz et al., J Am Coll Cardiol 2009;53:976)
_QRS_S = 0.1  # on either side of R
_REFERENCE_BEATS, _BLOCK_BEATS = 500, 1000
_ON_TIME_SHARE = 1 / 3  # with fewer beats on time, timing says nothing

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ectopy:
    """Which beats are ectopic, `(beats,)` each; a beat can be both.

    `ventricular`: wide and of another shape than the usual beat, as ventricular beats are (aberrant
    conduction looks the same). `premature`: clearly before its time; never where timing does not count.
    """

    premature: NDArray[np.bool_]
    ventricular: NDArray[np.bool_]

    @property
    def ectopic(self) -> NDArray[np.bool_]:
        """Premature or ventricular, `(beats,)`."""
        return np.asarray(self.premature | self.ventricular)


def find_ectopic(filtered: ECGRecord, annotation: Annotation, timing_counts: bool = True) -> Ectopy:
    """Tell the ectopic beats; by their shape alone where timing does not count, as in atrial fibrillation."""
    early = premature(annotation)
    if not timing_counts or (~early).sum() < _ON_TIME_SHARE * early.size:
        early = np.zeros(annotation.n_beats, dtype=bool)
    if annotation.n_beats < 3:
        return Ectopy(early, np.zeros(annotation.n_beats, dtype=bool))
    qrs_ms = (annotation.waves.qrs[:, OFFSET] - annotation.waves.qrs[:, ONSET]) * 1000 / annotation.fs_hz
    other_shape = likeness(filtered, annotation.r_peaks, np.flatnonzero(~early)) < SHAPE_LIKENESS
    ventricular = np.asarray(other_shape & (qrs_ms >= WIDE_MS))
    interpolated = np.append(False, (early & ventricular)[:-1])  # the next beat comes early after such a one
    return Ectopy(early & ~(interpolated & ~ventricular), ventricular)


def likeness(filtered: ECGRecord, r_peaks: NDArray[np.int64], usual: NDArray[np.intp]) -> Floats:
    """Correlation `(beats,)` of each QRS with the median of the `usual` ones (their numbers).

    Over the leads in which the beat was recorded: on a printed page not every beat is in every lead. 1 where there
    is nothing to compare.
    """
    some = usual[:: max(1, usual.size // _REFERENCE_BEATS)]
    leads = [_median_known(lead) for lead in _qrs(filtered, r_peaks[some]).transpose(1, 0, 2)]
    reference = np.stack(leads)
    found = np.zeros(r_peaks.size)
    for start in range(0, r_peaks.size, _BLOCK_BEATS):
        beats = _qrs(filtered, r_peaks[start : start + _BLOCK_BEATS])
        shared = np.isfinite(beats[:, :, :1] + reference[:, :1])  # (beats, leads, 1)
        ours, theirs = np.where(shared, beats, 0.0), np.where(shared, reference, 0.0)
        size = np.linalg.norm(ours, axis=(1, 2)) * np.linalg.norm(theirs, axis=(1, 2))
        alike = np.einsum("blt,blt->b", ours, theirs) / np.maximum(size, 1e-12)
        found[start : start + _BLOCK_BEATS] = np.where(shared.any(axis=(1, 2)), alike, 1.0)
    return found


def _median_known(beats: Floats) -> Floats:
    """The median `(samples,)` of those of a lead's `(beats, samples)` that are known; NaN where none is."""
    known = beats[np.isfinite(beats[:, 0])]
    return np.median(known, axis=0) if len(known) else np.full(beats.shape[1], np.nan)


def _qrs(filtered: ECGRecord, r_peaks: NDArray[np.int64]) -> Floats:
    """`(beats, leads, samples)` around R, each lead about zero; all NaN where a sample was not recorded."""
    half = round(_QRS_S * filtered.fs_hz)
    at = np.clip(r_peaks[:, None] + np.arange(-half, half + 1), 0, filtered.n_samples - 1)
    beats = filtered.signal_mv[:, at].transpose(1, 0, 2).astype(np.float64)
    return np.asarray(beats - beats.mean(axis=2, keepdims=True))
