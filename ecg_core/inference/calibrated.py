"""From a network's estimate to an interval and class probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax

Floats = NDArray[np.float64]

_TIE_MEQ_L = 1e-9  # sets equal bounds apart, which an inverse could not tell


@dataclass(frozen=True)
class Calibration:
    """Interval and class probabilities as functions of the network's estimate k.

    The interval holds every potassium whose own patients get estimates like k: of records with potassium
    `k_true_meq_l[i]` the share `target_coverage` was estimated between `low_meq_l[i]` and `high_meq_l[i]`, both
    rising with i and linear in between. So the promise holds at each true potassium, not only on average: it is
    conformal prediction conditional on the label (Vovk, Gammerman and Shafer, 2005, section 4.5), drawn as
    Neyman's confidence belt (1937). `span_meq_l` is the potassium that the calibration records held; an end of an
    interval there is open.

    The probabilities of hypokalemia, normal, hyperkalemia below 6.5 and severe hyperkalemia are multinomial
    logistic in k and its excess over each of `knots_meq_l`: a row of `slopes` for each class. They assume the
    class mix of the calibration set, `class_mix`. Where that holds no severe one, nothing is known of severe ones.
    """

    target_coverage: float
    n_examples: int
    span_meq_l: tuple[float, float]
    k_true_meq_l: tuple[float, ...]
    low_meq_l: tuple[float, ...]
    high_meq_l: tuple[float, ...]
    knots_meq_l: tuple[float, ...]
    intercepts: tuple[float, float, float, float]
    slopes: tuple[tuple[float, ...], ...]
    class_mix: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        if not len(self.low_meq_l) == len(self.high_meq_l) == len(self.k_true_meq_l) > 0:
            raise ValueError("a calibration has one low and one high for each potassium of its belt")
        if [len(row) for row in self.slopes] != [1 + len(self.knots_meq_l)] * len(self.class_mix):
            raise ValueError("a calibration has one slope for k and for each knot, in each class")


TARGET_COVERAGE = 0.9

# Before calibration nothing is known: any interval, any class.
UNCALIBRATED = Calibration(
    target_coverage=TARGET_COVERAGE,
    n_examples=0,
    span_meq_l=(1.0, 12.0),
    k_true_meq_l=(1.0,),
    low_meq_l=(-1e3,),
    high_meq_l=(1e3,),
    knots_meq_l=(),
    intercepts=(0.0,) * 4,
    slopes=((0.0,),) * 4,
    class_mix=(0.0,) * 4,
)


class Calibrated(NamedTuple):
    """Arrays of the estimate's shape: interval in mEq/L; probabilities, of which the first three sum to 1.

    `p_hyper` holds `p_severe`, which is NaN where the calibration set had no severe hyperkalemia.
    """

    k_low: Floats
    k_high: Floats
    p_hypo: Floats
    p_normal: Floats
    p_hyper: Floats
    p_severe: Floats


def apply_calibration(calibration: Calibration, k: ArrayLike) -> Calibrated:
    """Interval and probabilities for estimates `k` in mEq/L, any shape; NaN gives NaN.

    The interval always holds the estimate and otherwise stays within the calibration's span.
    """
    estimate = np.asarray(k, dtype=np.float64)
    low, high = _interval(calibration, estimate)
    hypo, normal, mild, severe = np.moveaxis(_probabilities(calibration, estimate), -1, 0)
    known_severe = severe if calibration.class_mix[-1] > 0 else np.full(estimate.shape, np.nan)
    return Calibrated(low, high, hypo, normal, mild + severe, known_severe)


def _interval(calibration: Calibration, estimate: Floats) -> tuple[Floats, Floats]:
    """The belt read across: the potassium from where its upper bound to where its lower bound is the estimate."""
    apart = _TIE_MEQ_L * np.arange(len(calibration.k_true_meq_l))
    first, last = calibration.span_meq_l
    low = np.interp(estimate, np.array(calibration.high_meq_l) + apart, calibration.k_true_meq_l, left=first)
    high = np.interp(estimate, np.array(calibration.low_meq_l) + apart, calibration.k_true_meq_l, right=last)
    return np.minimum(low, estimate), np.maximum(high, estimate)


def _probabilities(calibration: Calibration, estimate: Floats) -> Floats:
    """`(..., 4)`."""
    terms = probability_terms(estimate, calibration.knots_meq_l)
    return np.asarray(softmax(terms @ np.array(calibration.slopes).T + calibration.intercepts, axis=-1))


def probability_terms(estimate: Floats, knots_meq_l: tuple[float, ...]) -> Floats:
    """What the logits are linear in, `(..., 1 + knots)`: the estimate and its excess over each knot."""
    excess = np.maximum(estimate[..., None] - np.array(knots_meq_l), 0.0)
    return np.concatenate([estimate[..., None], excess], axis=-1)
