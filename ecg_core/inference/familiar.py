"""How far an ECG lies from those that a model was calibrated on: its own words for "I have not met this"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.inference.appearance import TRAITS, readable

Floats = NDArray[np.float64]

_NAMED = 2  # traits that are named as the cause
_ODD_DEVIATION = 2.0  # of a trait, in standard deviations, below which it is no cause by itself


@dataclass(frozen=True)
class Familiar:
    """What the calibration records looked like.

    `centre` `(traits,)` and `covariance` `(traits, traits)` are of `inference.appearance`, traits that these records
    never showed NaN-free at 0 and 1. An ECG whose `distance` is above `unusual` lies outside all but 1 % of them;
    above `foreign` it resembles none, and a model should not answer. `k_meq_l`: least and greatest potassium
    learned from.
    """

    centre: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    unusual: float
    foreign: float
    k_meq_l: tuple[float, float]

    def __post_init__(self) -> None:
        n_traits = len(TRAITS)
        if len(self.centre) != n_traits or [len(row) for row in self.covariance] != [n_traits] * n_traits:
            raise ValueError(f"what is familiar is told by {n_traits} traits and their covariance")


# Before calibration any ECG will do.
ANYTHING_FAMILIAR = Familiar(
    centre=(0.0,) * len(TRAITS),
    covariance=tuple(tuple(row) for row in np.eye(len(TRAITS)).tolist()),
    unusual=1e9,
    foreign=1e9,
    k_meq_l=(-1e9, 1e9),
)


def distance(familiar: Familiar, traits: Floats) -> float:
    """Mahalanobis distance of `traits` `(traits,)` over the root of their number; those that are NaN do not count.

    About 1 for a typical ECG; NaN where no trait is known. (Mahalanobis, "On the generalised distance in statistics",
    Proc Natl Inst Sci India 1936;2:49; as a measure of unfamiliar input: Lee et al., NeurIPS 2018.)
    """
    known, deviation, precision = _known(familiar, traits)
    if not known.any():
        return float("nan")
    return float(np.sqrt(deviation @ precision @ deviation / known.sum()))


def odd_traits(familiar: Familiar, traits: Floats) -> tuple[str, ...]:
    """What sets these traits apart from the calibration records, most of all first, in words for people."""
    known, deviation, precision = _known(familiar, traits)
    share = deviation * (precision @ deviation)
    spread = np.sqrt(np.diag(np.array(familiar.covariance))[known])
    named = []
    for place in np.argsort(-share)[:_NAMED]:
        trait, value = TRAITS[np.flatnonzero(known)[place]], traits[known][place]
        if abs(deviation[place]) >= _ODD_DEVIATION * spread[place]:
            number = readable(trait, value)
            named.append(f"{trait.words} ({number})" if number else trait.words)
    return tuple(named) or ("the combination of what was measured",)


def _known(familiar: Familiar, traits: Floats) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Which traits are known, how far those are from the centre, and the inverse of their covariance."""
    known = np.isfinite(traits)
    covariance = np.array(familiar.covariance)[np.ix_(known, known)]
    return known, (traits - np.array(familiar.centre))[known], np.linalg.inv(covariance)
