"""From a filtered record to its beats and waves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.global_waves import global_waves
from ecg_core.annotation.methods import (
    DEFAULT_METHOD,
    FALLBACK_METHOD,
    BeatFinder,
    Delineator,
    delineators,
)
from ecg_core.annotation.rpeaks import find_r_peaks
from ecg_core.annotation.second_search import has_beats_alike
from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Annotation, Waves
from ecg_core.errors import CheckpointError
from ecg_core.record import ECGRecord


def annotate(filtered: ECGRecord, method: str = DEFAULT_METHOD) -> Annotation:
    """Find the beats of a filtered record and their waves.

    `method` is one of `methods.delineators()` (KeyError otherwise). A record in which nothing looks
    like a beat gives an annotation without beats and a warning, so that its trace can still be shown.
    Where the network of a method cannot be read, or finds no beat where others look alike, another method answers, and a
    warning says so.
    """
    try:
        r_peaks, lead_waves = _find(filtered, delineators()[method])
    except CheckpointError as error:
        return _by_fallback(
            filtered, f"{error} The waves were found by the method {FALLBACK_METHOD} instead."
        )
    if not r_peaks.size and method != FALLBACK_METHOD and has_beats_alike(filtered):
        return _by_fallback(
            filtered,
            f"The method {method} found no heartbeat. What looks alike and comes again was taken for the heartbeats, by the method "
            f"{FALLBACK_METHOD}: see whether it is. QRS and T may be hard to tell apart.",
        )
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


def _by_fallback(filtered: ECGRecord, warning: str) -> Annotation:
    answer = annotate(filtered, FALLBACK_METHOD)
    return replace(answer, warnings=(warning, *answer.warnings))


def _find(filtered: ECGRecord, delineator: Delineator) -> tuple[NDArray[np.int64], dict[str, Waves]]:
    """R peaks and the waves of every lead."""
    if isinstance(delineator, BeatFinder):
        return delineator.find_beats_and_waves(filtered)
    r_peaks = find_r_peaks(filtered)
    return r_peaks, delineator.delineate(filtered, r_peaks)


def _usable(waves: Waves) -> NDArray[np.bool_]:
    """Beats whose QRS bounds and T wave are known over all leads together."""
    marks = (waves.qrs[:, ONSET], waves.qrs[:, OFFSET], waves.t[:, PEAK], waves.t[:, OFFSET])
    return np.asarray(np.isfinite(np.sum(marks, axis=0)))


def _warnings(n_beats: int, n_r_only: int) -> list[str]:
    if not n_beats:
        return ["No heartbeat was found in this recording. Check the leads and the scale."]
    if n_beats == 1:
        needing = "waves and intervals need" if n_r_only else "rate and rhythm need"
        return [f"Only one beat was found; {needing} at least two."]
    return []
