"""Fit a checkpoint's intervals and class probabilities on records that the network did not train on."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ecg_core.errors import ECGError
from ecg_core.evaluation.ranges import CLASS_LABELS, class_index
from ecg_core.inference.card import Calibration

MIN_PER_BIN = 50  # below about this the outermost residuals of a bin decide its interval

_OUTER_EDGE_MEQ_L = 1e3  # stands for infinity, which JSON cannot say


def fit_calibration(
    k_true: NDArray[np.floating],
    k_pred: NDArray[np.floating],
    target_coverage: float = 0.9,
    n_bins: int = 8,
) -> Calibration:
    """Split-conformal intervals in bins of the estimate, and logistic class probabilities.

    `k_true`, `k_pred` `(records,)` in mEq/L: one estimate per record, made as at inference, on records
    of patients that neither training nor the later test uses. Half of what may lie outside goes to each
    end, so the interval follows the estimate's bias in each bin. At most `n_bins` bins by quantiles of the
    estimate, fewer where one would hold less than `MIN_PER_BIN` records. The coverage holds for records
    drawn like these; several records of one patient weaken it.

    Raises ECGError for numbers that are not finite, too few records, or a class without any.

    Finite-sample quantiles: Lei et al., "Distribution-free predictive inference for regression", JASA 2018;
    bins: Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World", 2005 (Mondrian predictors).
    """
    truth, k = np.asarray(k_true, dtype=np.float64), np.asarray(k_pred, dtype=np.float64)
    _require_usable(truth, k, target_coverage)
    tail = (1.0 - target_coverage) / 2.0
    cuts = _bin_cuts(k, n_bins, max(MIN_PER_BIN, math.ceil(1.0 / tail)))
    bins = np.digitize(k, cuts)
    residuals = [(truth - k)[bins == index] for index in range(len(cuts) + 1)]
    intercept, slope = _fit_probabilities(class_index(truth), k)
    return Calibration(
        target_coverage=target_coverage,
        n_examples=len(truth),
        edges=(-_OUTER_EDGE_MEQ_L, *cuts, _OUTER_EDGE_MEQ_L),
        low=tuple(-_conformal_quantile(-r, 1.0 - tail) for r in residuals),
        high=tuple(_conformal_quantile(r, 1.0 - tail) for r in residuals),
        intercept=intercept,
        slope=slope,
        class_mix=_triple(np.bincount(class_index(truth), minlength=3) / len(truth)),
    )


def _require_usable(truth: NDArray[np.float64], k: NDArray[np.float64], target_coverage: float) -> None:
    if not 0.0 < target_coverage < 1.0:
        raise ValueError(f"target coverage must lie between 0 and 1, not {target_coverage}")
    if truth.ndim != 1 or truth.shape != k.shape:
        raise ValueError(f"one estimate per truth is needed, not shapes {truth.shape} and {k.shape}")
    if not (np.isfinite(truth).all() and np.isfinite(k).all()):
        raise ECGError("Calibration needs a known potassium and an estimate for every record.")
    counts = np.bincount(class_index(truth), minlength=len(CLASS_LABELS))
    absent = [label for label, count in zip(CLASS_LABELS, counts, strict=True) if count == 0]
    if absent:
        raise ECGError(
            f"Calibration needs records of every class; by their true potassium none of the {len(truth)} is "
            f"{' or '.join(absent)} (hypo: 3.5 mEq/L and below, hyper: 5.5 and above)."
        )


def _bin_cuts(k: NDArray[np.float64], n_bins: int, min_per_bin: int) -> tuple[float, ...]:
    """Inner edges at quantiles of `k`, left out where they would leave a bin (or the last one) too small."""
    if k.size < min_per_bin:
        raise ECGError(f"Calibration needs at least {min_per_bin} records; there are {k.size}.")
    cuts: list[float] = []
    below_last_cut = 0
    for cut in np.quantile(k, np.arange(1, n_bins) / n_bins):
        below = int((k < cut).sum())
        if below - below_last_cut >= min_per_bin and k.size - below >= min_per_bin:
            cuts.append(float(cut))
            below_last_cut = below
    return tuple(cuts)


def _conformal_quantile(values: NDArray[np.float64], level: float) -> float:
    """The ceil((n + 1) * level)-th smallest value: at or above a new one with probability `level` or more."""
    return float(np.sort(values)[math.ceil((values.size + 1) * level) - 1])


def _fit_probabilities(
    classes: NDArray[np.intp], k: NDArray[np.float64]
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Intercepts and slopes; scikit-learn's default ridge keeps them finite on separable data."""
    model = LogisticRegression(max_iter=1000).fit(k[:, None], classes)
    return _triple(model.intercept_), _triple(model.coef_[:, 0])


def _triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    hypo, normal, hyper = (float(value) for value in values)
    return hypo, normal, hyper
