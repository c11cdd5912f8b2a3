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
    """Correlation `(beats,)` of each QRS over all leads with the median of the `usual` ones (their numbers)."""
    some = usual[:: max(1, usual.size // _REFERENCE_BEATS)]
    reference = np.median(_qrs(filtered, r_peaks[some]), axis=0)
    reference /= max(float(np.linalg.norm(reference)), 1e-12)
    found = np.zeros(r_peaks.size)
    for start in range(0, r_peaks.size, _BLOCK_BEATS):
        beats = _qrs(filtered, r_peaks[start : start + _BLOCK_BEATS])
        size = np.maximum(np.linalg.norm(beats, axis=(1, 2)), 1e-12)
        found[start : start + _BLOCK_BEATS] = np.einsum("blt,lt->b", beats, reference) / size
    return found


def _qrs(filtered: ECGRecord, r_peaks: NDArray[np.int64]) -> Floats:
    """`(beats, leads, samples)` around R, each lead about zero, and zero where it was not recorded."""
    half = round(_QRS_S * filtered.fs_hz)
    at = np.clip(r_peaks[:, None] + np.arange(-half, half + 1), 0, filtered.n_samples - 1)
    beats = filtered.signal_mv[:, at].transpose(1, 0, 2).astype(np.float64)
    level = beats.mean(axis=2, keepdims=True)
    return np.nan_to_num(beats - level)
