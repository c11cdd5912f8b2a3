"""ROC and precision-recall curves of finding hyper-, hypo- and severe hyperkalemia by the estimate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_curve

from ecg_core.evaluation.bootstrap import WithInterval, bootstrap_interval, resample_weights, weighted_auc
from ecg_core.evaluation.conditions import CONDITIONS, Condition, has_condition
from ecg_core.evaluation.metrics import answered, patient_of_row

Floats = NDArray[np.float64]

_GRID = np.linspace(0.0, 1.0, 101)
_BANDS = 200  # resamples for the bands; the areas have more


@dataclass(frozen=True, eq=False)
class Curve:
    """`y` over `x` `(101,)` with a pointwise 95 % bootstrap band over patients; `area` under it."""

    x: Floats
    y: Floats
    low: Floats
    high: Floats
    area: WithInterval


@dataclass(frozen=True, eq=False)
class DetectionCurves:
    """One condition: sensitivity over one less specificity, and precision over sensitivity."""

    condition: Condition
    n: int
    n_positive: int
    roc: Curve
    precision_recall: Curve


def detection_curves(table: pd.DataFrame, n_resamples: int = 1000) -> tuple[DetectionCurves, ...]:
    """The curves of each of `CONDITIONS` that some and not all records have. Raises ECGError when the model never answered."""
    rows = answered(table)
    truth, k = rows["k_true_meq_l"].to_numpy(), rows["k_meq_l"].to_numpy()
    patients = patient_of_row(rows)
    has = {condition: has_condition(condition, truth) for condition in CONDITIONS}
    return tuple(
        _curves(condition, positive, -k if condition == "hypo" else k, patients, n_resamples)
        for condition, positive in has.items()
        if positive.any() and not positive.all()
    )


def _curves(
    condition: Condition,
    positive: NDArray[np.bool_],
    score: Floats,
    patients: NDArray[np.str_],
    n_resamples: int,
) -> DetectionCurves:
    def sensitivity(weights: Floats) -> Floats:
        false, true, _ = roc_curve(positive, score, sample_weight=weights)
        return np.interp(_GRID, false, true)

    def precision(weights: Floats) -> Floats:
        found, recall, _ = precision_recall_curve(positive, score, sample_weight=weights)
        return found[::-1][np.searchsorted(recall[::-1], _GRID)]  # at the first threshold that finds so many

    def average_precision(weights: Floats) -> float:
        if not weights @ positive:
            return float("nan")
        return float(average_precision_score(positive, score, sample_weight=weights))

    auc = bootstrap_interval(weighted_auc(positive, score), patients, n_resamples)
    ap = bootstrap_interval(average_precision, patients, _BANDS)
    return DetectionCurves(
        condition,
        len(score),
        int(positive.sum()),
        _with_band(sensitivity, positive, patients, auc),
        _with_band(precision, positive, patients, ap),
    )


def _with_band(
    curve: Callable[[Floats], Floats],
    positive: NDArray[np.bool_],
    patients: NDArray[np.str_],
    area: WithInterval,
) -> Curve:
    drawn = [
        curve(weights)
        for weights in resample_weights(patients, _BANDS, seed=0)
        if weights @ positive and weights @ ~positive
    ]
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0) if drawn else np.full((2, _GRID.size), np.nan)
    return Curve(_GRID, curve(np.ones(len(positive))), low, high, area)
