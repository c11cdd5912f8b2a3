"""Fit what a model knows: how the ECGs look that it was calibrated on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf

from ecg_core.inference.familiar import Familiar, distance

UNUSUAL_QUANTILE = 0.99
FOREIGN_TIMES = 1.5  # as far as the `UNUSUAL_QUANTILE`

_LEAST_SPREAD = 1e-3  # of a trait that is the same in every record


def fit_familiar(traits: NDArray[np.floating], k_meq_l: tuple[float, float]) -> Familiar:
    """Centre and covariance of `traits` `(records, traits)`, and from what distance an ECG is unusual or foreign.

    NaN (not known) counts as the mean. The covariance is shrunk (Ledoit and Wolf, J Multivar Anal 2004;88:365),
    so that few records suffice. `k_meq_l`: least and greatest potassium learned from.
    """
    values = np.asarray(traits, dtype=np.float64)
    known = np.isfinite(values)
    n_known = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, values, 0.0).sum(axis=0) / n_known
    deviation = np.where(known, values - centre, 0.0)
    spread = np.sqrt((deviation**2).sum(axis=0) / n_known)
    spread = np.where(known.any(axis=0), np.maximum(spread, _LEAST_SPREAD), 1.0)
    correlation = LedoitWolf(assume_centered=True).fit(deviation / spread).covariance_
    covariance = correlation * np.outer(spread, spread)
    draft = Familiar(_row(centre), tuple(_row(row) for row in covariance), np.inf, np.inf, k_meq_l)
    distances = np.array([distance(draft, row) for row in values])
    unusual = float(np.nanquantile(distances, UNUSUAL_QUANTILE))
    return Familiar(draft.centre, draft.covariance, unusual, FOREIGN_TIMES * unusual, k_meq_l)


def _row(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(values.tolist())
