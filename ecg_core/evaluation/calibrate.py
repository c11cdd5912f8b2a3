"""Fit a checkpoint's intervals and class probabilities on records that the network did not train on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import isotonic_regression
from sklearn.linear_model import LogisticRegression

from ecg_core.errors import ECGError
from ecg_core.evaluation.ranges import CLASS_LABELS, class_index
from ecg_core.inference.calibrated import Calibration, probability_terms
from ecg_core.inference.types import SEVERE_MEQ_L

MIN_RECORDS = 50  # below about this the outermost estimates decide every bound
WINDOWS = 10
MIN_PER_WINDOW, WINDOW_SHARE = 80, 1 / 8
KNOTS_MEQ_L = (4.0, 5.5)

Floats = NDArray[np.float64]
Belt = tuple[Floats, Floats, Floats]

_IMPOSSIBLE = -1e3  # logit of a class that the calibration set does not hold


def fit_calibration(
    k_true: NDArray[np.floating], k_pred: NDArray[np.floating], target_coverage: float = 0.9
) -> Calibration:
    """A confidence belt over the true potassium, and logistic class probabilities.

    `k_true`, `k_pred` `(records,)` in mEq/L: one estimate per record, made as at inference, on records of patients
    that neither training nor the later test uses. The coverage holds for records drawn like these at each
    potassium, whatever their mix; several records of one patient weaken it.

    Raises ECGError for numbers that are not finite, too few records, or no hypo-, normo- or hyperkalemia.
    """
    truth, k = np.asarray(k_true, dtype=np.float64), np.asarray(k_pred, dtype=np.float64)
    _require_usable(truth, k, target_coverage)
    nodes, low, high = _belt(truth, k, 1.0 - target_coverage)
    classes = _four_classes(truth)
    intercepts, slopes = _fit_probabilities(classes, k)
    hypo, normal, mild, severe = (np.bincount(classes, minlength=4) / len(truth)).tolist()
    return Calibration(
        target_coverage=target_coverage,
        n_examples=len(truth),
        span_meq_l=(float(truth.min()), float(truth.max())),
        k_true_meq_l=tuple(nodes.tolist()),
        low_meq_l=tuple(low.tolist()),
        high_meq_l=tuple(high.tolist()),
        knots_meq_l=KNOTS_MEQ_L,
        intercepts=intercepts,
        slopes=slopes,
        class_mix=(hypo, normal, mild, severe),
    )


def _require_usable(truth: Floats, k: Floats, target_coverage: float) -> None:
    if not 0.0 < target_coverage < 1.0:
        raise ValueError(f"target coverage must lie between 0 and 1, not {target_coverage}")
    if truth.ndim != 1 or truth.shape != k.shape:
        raise ValueError(f"one estimate per truth is needed, not shapes {truth.shape} and {k.shape}")
    if not (np.isfinite(truth).all() and np.isfinite(k).all()):
        raise ECGError("Calibration needs a known potassium and an estimate for every record.")
    if truth.size < MIN_RECORDS:
        raise ECGError(f"Calibration needs at least {MIN_RECORDS} records; there are {truth.size}.")
    counts = np.bincount(class_index(truth), minlength=len(CLASS_LABELS))
    absent = [label for label, count in zip(CLASS_LABELS, counts, strict=True) if count == 0]
    if absent:
        raise ECGError(
            f"Calibration needs records of every class; by their true potassium none of the {len(truth)} is "
            f"{' or '.join(absent)} (hypo: 3.5 mEq/L and below, hyper: 5.5 and above)."
        )


def _belt(truth: Floats, k: Floats, miss: float) -> Belt:
    """True potassium and the bounds of its estimates, `(nodes,)` each, from overlapping windows over the truth.

    Of the share `miss` that may lie outside, the part below follows the rank of the window: the lowest potassium
    may be missed only by estimates that are too high, the highest only by such as are too low. Equal parts would
    spend half of it on estimates that no other potassium gives, where it shortens no interval (Pratt, "Length of
    confidence intervals", J Am Stat Assoc 1961;56:549). Where bounds would fall with rising potassium they are
    levelled (isotonic regression).
    """
    order = np.argsort(truth, kind="stable")
    truth, k = truth[order], k[order]
    size = min(truth.size, max(MIN_PER_WINDOW, round(truth.size * WINDOW_SHARE)))
    starts = np.unique(np.linspace(0, truth.size - size, WINDOWS).astype(int))
    rows = []
    for start in starts:
        window = slice(start, start + size)
        below = miss * (start + size / 2) / truth.size
        rows.append(_window_bounds(truth[window], k[window], below, miss - below))
    nodes, low, high = np.array(rows).T
    return nodes, isotonic_regression(low), isotonic_regression(high)


def _window_bounds(truth: Floats, k: Floats, below: float, above: float) -> tuple[float, float, float]:
    """The window's mean potassium, and between which estimates a record of that potassium lies.

    The trend within the window is taken out first, or the bounds would be those of a mixture of potassiums.
    Quantiles are of n + 1, as for one more record to come (Lei et al., J Am Stat Assoc 2018;113:1094).
    """
    centre = float(truth.mean())
    deviation = truth - centre
    spread = float(deviation @ deviation)
    slope = max(0.0, float(deviation @ k) / spread) if spread > 0 else 0.0
    ranked = np.sort(k - slope * deviation)
    position = (truth.size + 1) * np.array([below, 1.0 - above]) - 1
    low, high = np.interp(position, np.arange(truth.size), ranked)
    return centre, float(low), float(high)


def _four_classes(truth: Floats) -> NDArray[np.intp]:
    """Index into hypo, normal, hyper below 6.5, severe."""
    return np.asarray(class_index(truth) + (truth >= SEVERE_MEQ_L))


def _fit_probabilities(
    classes: NDArray[np.intp], k: Floats
) -> tuple[tuple[float, float, float, float], tuple[tuple[float, ...], ...]]:
    """Intercepts and slopes; scikit-learn's default ridge keeps them finite on separable data."""
    model = LogisticRegression(max_iter=5000).fit(probability_terms(k, KNOTS_MEQ_L), classes)
    intercepts = np.full(4, _IMPOSSIBLE)
    slopes = np.zeros((4, model.coef_.shape[1]))
    intercepts[model.classes_], slopes[model.classes_] = model.intercept_, model.coef_
    hypo, normal, mild, severe = intercepts.tolist()
    return (hypo, normal, mild, severe), tuple(tuple(row) for row in slopes.tolist())
