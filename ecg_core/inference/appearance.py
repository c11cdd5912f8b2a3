"""How an ECG looks in a few numbers: what an estimator must have met before it can be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.cycles import correlation
from ecg_core.annotation.types import OFFSET, ONSET, Annotation, Cycles
from ecg_core.leads import INDEPENDENT_LEADS

Floats = NDArray[np.float64]

_MIN_BEATS, _BEATS = 3, 200  # to say how alike they are
_DIMENSIONS = 3  # of the heart's electric field: a dipole explains nearly all of an ECG
_HIGHEST_LIKENESS = 0.9999  # beyond it only the number format differs
_LEAST = 1e-6


@dataclass(frozen=True)
class Trait:
    """One number: its key and, for people, what it is and its unit."""

    key: str
    words: str
    unit: str = ""


TRAITS = (
    Trait("rate_bpm", "the heart rate", "bpm"),
    Trait("qrs_ms", "the width of the QRS", "ms"),
    Trait("height_mv", "the height of the beats", "mV"),
    Trait("tallest_ratio", "how far one lead stands out above the others"),
    Trait("unlikeness", "how much the beats differ from one another"),
    Trait("roughness", "fast noise on the signal"),
    Trait("foreign_share", "how little the leads have in common"),
    Trait("i_v6_likeness", "how leads I and V6 resemble each other"),
)


def appearance(annotation: Annotation, cycles: Mapping[str, Cycles], leads: Sequence[str]) -> Floats:
    """The numbers of `TRAITS` over `leads` (those a model sees), `(traits,)`; NaN for what cannot be told.

    Sizes and rates are natural logarithms and the others are spread out near their limit, so that distances between
    ECGs mean something.
    """
    cut = {name: cycles[name] for name in leads if name in cycles}
    medians = {name: cycle.median_mv for name, cycle in cut.items() if np.isfinite(cycle.median_mv).any()}
    heights_mv = [float(np.nanmax(beat) - np.nanmin(beat)) for beat in medians.values()]
    return np.array(
        [
            _log(_rate_bpm(annotation)),
            _log(_median(annotation.waves.qrs[:, OFFSET] - annotation.waves.qrs[:, ONSET]) / annotation.fs_hz)
            + np.log(1000.0),
            _log(_median(heights_mv)),
            _log(max(heights_mv, default=float("nan"))) - _log(_median(heights_mv)),
            _log(_median([_unlikeness(cycle) for cycle in cut.values()])),
            _log(_median([_roughness(beat) for beat in medians.values()])),
            _log(_foreign_share([medians[name] for name in INDEPENDENT_LEADS if name in medians])),
            _likeness(medians),
        ]
    )


def readable(trait: Trait, value: float) -> str:
    """A number of `appearance` as people write it: ``"160 bpm"``; empty where the number alone says nothing."""
    return f"{np.exp(value):.3g} {trait.unit}" if trait.unit and np.isfinite(value) else ""


def _rate_bpm(annotation: Annotation) -> float:
    if annotation.n_beats < 2:
        return float("nan")
    return 60.0 * annotation.fs_hz / float(np.median(np.diff(annotation.r_peaks)))


def _unlikeness(cycles: Cycles) -> float:
    """One less the median correlation of (some of) the recorded beats with their median beat; NaN for fewer than three."""
    some_mv = cycles.beats_mv[:: max(1, len(cycles.beats_mv) // _BEATS)]
    beats_mv = some_mv[np.isfinite(some_mv).any(axis=1)]
    if len(beats_mv) < _MIN_BEATS or not np.isfinite(cycles.median_mv).any():
        return float("nan")
    return 1.0 - min(float(np.median(correlation(beats_mv, cycles.median_mv))), _HIGHEST_LIKENESS)


def _roughness(median_mv: NDArray[np.float32]) -> float:
    """Usual bend from sample to sample over the height of the median beat."""
    known = median_mv[np.isfinite(median_mv)]
    if known.size < 3 or np.ptp(known) < _LEAST:
        return float("nan")
    return float(np.mean(np.abs(np.diff(known, n=2))) / np.ptp(known))


def _foreign_share(medians_mv: Sequence[NDArray[np.float32]]) -> float:
    """Share of the median beats' energy that no dipole explains; NaN for fewer than five independent leads."""
    if len(medians_mv) < _DIMENSIONS + 2:
        return float("nan")
    beats = np.stack(medians_mv)
    beats = beats[:, np.isfinite(beats).all(axis=0)]
    if beats.shape[1] <= len(beats):
        return float("nan")
    energy = np.linalg.svd(beats - beats.mean(axis=1, keepdims=True), compute_uv=False) ** 2
    return float(energy[_DIMENSIONS:].sum() / max(energy.sum(), _LEAST))


def _likeness(medians_mv: Mapping[str, NDArray[np.float32]]) -> float:
    """Correlation of I with V6 (Fisher's z), which look at the same side of the heart."""
    if not {"I", "V6"} <= set(medians_mv):
        return float("nan")
    (found,) = correlation(medians_mv["I"][None], medians_mv["V6"])
    return float(np.arctanh(np.clip(found, -_HIGHEST_LIKENESS, _HIGHEST_LIKENESS)))


def _median(values: Sequence[float] | Floats) -> float:
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    return float(np.median(known)) if known.size else float("nan")


def _log(value: float) -> float:
    return float(np.log(max(value, _LEAST))) if np.isfinite(value) else float("nan")
