"""From a filtered record to its beats and waves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.global_waves import global_waves
from ecg_core.annotation.methods import DEFAULT_METHOD, delineators
from ecg_core.annotation.rpeaks import find_r_peaks
from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Annotation, Waves
from ecg_core.record import ECGRecord


def annotate(filtered: ECGRecord, method: str = DEFAULT_METHOD) -> Annotation:
    """Find the beats of a filtered record and their waves.

    `method` is one of `methods.delineators()` (KeyError otherwise). A record in which nothing looks
    like a beat gives an annotation without beats and a warning, so that its trace can still be shown.
    """
    delineator = delineators()[method]
    r_peaks = find_r_peaks(filtered)
    lead_waves = delineator.delineate(filtered, r_peaks)
    waves = global_waves(lead_waves, r_peaks)
    r_only = ~_usable(waves)
    return Annotation(
        fs_hz=filtered.fs_hz,
        method=method,
        r_peaks=r_peaks,
        lead_waves=lead_waves,
        waves=waves,
        r_only=r_only,
        warnings=tuple(_warnings(r_peaks.size, int(r_only.sum()))),
    )


def _usable(waves: Waves) -> NDArray[np.bool_]:
    """Beats whose QRS bounds and T wave are known over all leads together."""
    marks = (waves.qrs[:, ONSET], waves.qrs[:, OFFSET], waves.t[:, PEAK], waves.t[:, OFFSET])
    return np.asarray(np.isfinite(np.sum(marks, axis=0)))


def _warnings(n_beats: int, n_r_only: int) -> list[str]:
    if not n_beats:
        return ["No heartbeat was found in this recording. Check the leads and the scale."]
    if n_beats == 1:
        return ["Only one beat was found; waves and intervals need at least two."]
    if n_r_only:
        return [
            f"In {n_r_only} of {n_beats} beats the waves could not be found; these are cut around R alone."
        ]
    return []
