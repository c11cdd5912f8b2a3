"""Confidence intervals that resample patients, not rows: one patient's records are not independent facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weighted = Callable[
    [NDArray[np.float64]], float
]  # statistic of the rows, each counted as often as its weight


@dataclass(frozen=True)
class WithInterval:
    """A statistic and its 95 % bootstrap interval; NaN where it is not defined."""

    value: float
    low: float
    high: float


def bootstrap_interval(
    statistic: Weighted, groups: NDArray[np.generic], n_resamples: int = 1000, seed: int = 0
) -> WithInterval:
    """Percentile interval (Efron 1979) over resamples of whole groups.

    `groups` `(rows,)` names each row's patient. Resamples on which the statistic is NaN (one class
    only) are left out.
    """
    n_rows = len(groups)
    values = np.array([statistic(weights) for weights in resample_weights(groups, n_resamples, seed)])
    known = values[np.isfinite(values)]
    low, high = np.quantile(known, [0.025, 0.975]) if known.size else (np.nan, np.nan)
    return WithInterval(statistic(np.ones(n_rows)), float(low), float(high))


def weighted_mean(values: NDArray[np.floating]) -> Weighted:
    """The statistic "weighted mean of `values`"."""
    return lambda weights: float(weights @ values / weights.sum())


def weighted_auc(positive: NDArray[np.bool_], score: NDArray[np.floating]) -> Weighted:
    """The statistic "area under the ROC curve", NaN while one class is absent.

    The Mann-Whitney form, ties counting half; equal to scikit-learn's `roc_auc_score` with
    `sample_weight`, but the scores are sorted once and not once per resample.
    """
    rank = np.unique(score, return_inverse=True)[1]

    def auc(weights: NDArray[np.float64]) -> float:
        above = np.bincount(rank, weights * positive)
        below = np.bincount(rank, weights * ~positive)
        pairs = above.sum() * below.sum()
        won = above @ (np.cumsum(below) - 0.5 * below)
        return float(won / pairs) if pairs else float("nan")

    return auc


def resample_weights(
    groups: NDArray[np.generic], n_resamples: int, seed: int
) -> Iterator[NDArray[np.float64]]:
    """How often each row counts, `(rows,)`, in each resample of whole groups."""
    names, group_of_row = np.unique(groups, return_inverse=True)
    rng = np.random.default_rng(seed)
    for _ in range(n_resamples):
        drawn = rng.integers(len(names), size=len(names))
        yield np.bincount(drawn, minlength=len(names)).astype(np.float64)[group_of_row]
