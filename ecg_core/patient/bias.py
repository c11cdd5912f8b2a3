"""The patient's own bias of a model: the mean of laboratory value less estimate, shrunken towards none.

A random-effects model: a patient's errors scatter around an own bias with `within_meq_l`, and the biases of patients around
0 with `between_meq_l`. Given n earlier pairs with mean error d, the bias is expected at w d with

    w = n between² / (n between² + within²)

and its remaining variance is w within² / n (Robinson, That BLUP Is a Good Thing, Statistical Science 1991;6:15).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import ndtri

from ecg_core.inference.types import Prediction

# SD of the error of a potassium estimate from T waves over dialysis patients, before and after each patient's own bias
# was taken away (Corsi et al., Sci Rep 2017;7:42492). How these networks divide theirs in real patients is not known.
LITERATURE_TOTAL_MEQ_L, LITERATURE_WITHIN_MEQ_L = 0.83, 0.45
WITHIN_SHARE = (LITERATURE_WITHIN_MEQ_L / LITERATURE_TOTAL_MEQ_L) ** 2  # of the variance


@dataclass(frozen=True)
class ErrorSpread:
    """Standard deviations of a model's errors: of patients' own biases, and around them within a patient."""

    between_meq_l: float
    within_meq_l: float

    @classmethod
    def of_interval(cls, low_meq_l: float, high_meq_l: float, coverage: float) -> ErrorSpread:
        """From a calibrated interval, read as that of a normal error, divided as in the literature."""
        total = (high_meq_l - low_meq_l) / (2 * float(ndtri((1 + coverage) / 2)))
        return cls(total * math.sqrt(1 - WITHIN_SHARE), total * math.sqrt(WITHIN_SHARE))


@dataclass(frozen=True)
class Pair:
    """What a model estimated from an earlier ECG, and the laboratory value that goes with it."""

    estimate_meq_l: float
    laboratory_meq_l: float


@dataclass(frozen=True)
class Corrected:
    """An estimate with the patient's own bias taken into account; `weight` is the share of the mean error believed."""

    k_meq_l: float
    k_low: float
    k_high: float
    bias_meq_l: float
    weight: float
    n_pairs: int


def corrected(prediction: Prediction, pairs: Sequence[Pair], coverage: float) -> Corrected | None:
    """Today's estimate corrected by the earlier pairs of the same patient and model; None without any, or where it abstains.

    The interval is the calibrated one around the corrected value, narrowed as the error of a patient with known bias is
    smaller. It can be no better than its assumptions: the same kind of bias today as then.
    """
    known = [pair for pair in pairs if math.isfinite(pair.estimate_meq_l + pair.laboratory_meq_l)]
    if prediction.abstained or not known:
        return None
    spread = ErrorSpread.of_interval(prediction.k_low, prediction.k_high, coverage)
    mean_error = sum(pair.laboratory_meq_l - pair.estimate_meq_l for pair in known) / len(known)
    weight = shrinkage(spread, len(known))
    bias = weight * mean_error
    narrower = _narrower(spread, len(known))
    return Corrected(
        k_meq_l=prediction.k_meq_l + bias,
        k_low=prediction.k_meq_l + bias - narrower * (prediction.k_meq_l - prediction.k_low),
        k_high=prediction.k_meq_l + bias + narrower * (prediction.k_high - prediction.k_meq_l),
        bias_meq_l=bias,
        weight=weight,
        n_pairs=len(known),
    )


def shrinkage(spread: ErrorSpread, n_pairs: int) -> float:
    """The share w of the mean error that is believed to be the patient's own bias, from 0 to 1."""
    between = n_pairs * spread.between_meq_l**2
    total = between + spread.within_meq_l**2
    return between / total if total > 0 else 0.0


def _narrower(spread: ErrorSpread, n_pairs: int) -> float:
    """SD of the error once the bias is known as well as `n_pairs` tell it, over that of an unknown patient."""
    total = spread.between_meq_l**2 + spread.within_meq_l**2
    if total == 0:
        return 1.0
    left = shrinkage(spread, n_pairs) * spread.within_meq_l**2 / n_pairs
    return math.sqrt((spread.within_meq_l**2 + left) / total)
