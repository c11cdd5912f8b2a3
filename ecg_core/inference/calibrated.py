"""From a network's estimate to an interval and class probabilities."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax

from ecg_core.inference.card import Calibration

PLAUSIBLE_K_MEQ_L = (1.0, 12.0)  # no patient has been seen outside


class Calibrated(NamedTuple):
    """Arrays of the estimate's shape: interval in mEq/L and class probabilities that sum to 1."""

    k_low: NDArray[np.float64]
    k_high: NDArray[np.float64]
    p_hypo: NDArray[np.float64]
    p_normal: NDArray[np.float64]
    p_hyper: NDArray[np.float64]


def apply_calibration(calibration: Calibration, k: ArrayLike) -> Calibrated:
    """Interval and probabilities for estimates `k` in mEq/L, any shape; NaN gives NaN.

    The interval always holds the estimate and otherwise stays within `PLAUSIBLE_K_MEQ_L`.
    """
    estimate = np.asarray(k, dtype=np.float64)
    bins = np.digitize(estimate, calibration.edges[1:-1])
    low = np.clip(estimate + np.array(calibration.low)[bins], *PLAUSIBLE_K_MEQ_L)
    high = np.clip(estimate + np.array(calibration.high)[bins], *PLAUSIBLE_K_MEQ_L)
    logits = np.array(calibration.intercept) + estimate[..., None] * np.array(calibration.slope)
    hypo, normal, hyper = np.moveaxis(softmax(logits, axis=-1), -1, 0)
    return Calibrated(np.minimum(low, estimate), np.maximum(high, estimate), hypo, normal, hyper)
