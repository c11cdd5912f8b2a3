from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from ecg_core.evaluation.curves import DetectionCurves, detection_curves


@pytest.fixture
def found(table: pd.DataFrame) -> dict[str, DetectionCurves]:
    return {curves.condition: curves for curves in detection_curves(table, n_resamples=50)}


def cases(table: pd.DataFrame) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    truth, k = table["k_true_meq_l"].to_numpy(), table["k_meq_l"].to_numpy()
    return {"hyper": (truth >= 5.5, k), "hypo": (truth <= 3.5, -k), "severe": (truth >= 6.5, k)}


def test_areas_and_points_are_those_of_scikit_learn(
    table: pd.DataFrame, found: dict[str, DetectionCurves]
) -> None:
    for condition, (positive, score) in cases(table).items():
        curves = found[condition]
        assert (curves.n, curves.n_positive) == (len(table), positive.sum())
        assert curves.roc.area.value == pytest.approx(roc_auc_score(positive, score))
        assert curves.precision_recall.area.value == pytest.approx(average_precision_score(positive, score))
        false, true, _ = roc_curve(positive, score)
        assert curves.roc.y == pytest.approx(np.interp(curves.roc.x, false, true))


def test_precision_is_that_of_the_first_threshold_that_finds_so_many(
    table: pd.DataFrame, found: dict[str, DetectionCurves]
) -> None:
    positive, score = cases(table)["hyper"]
    order = np.argsort(-score)
    recall = np.cumsum(positive[order]) / positive.sum()
    first = int(np.searchsorted(recall, 0.5 - 1e-12))
    by_hand = positive[order][: first + 1].mean()
    assert found["hyper"].precision_recall.y[50] == pytest.approx(by_hand)


def test_bands_hold_the_curve_nearly_everywhere(found: dict[str, DetectionCurves]) -> None:
    for curve in (found["hyper"].roc, found["severe"].precision_recall):
        inside = (curve.low - 1e-9 <= curve.y) & (curve.y <= curve.high + 1e-9)
        assert inside.mean() > 0.9
        assert (curve.high - curve.low).max() > 0.02


def test_a_condition_that_nobody_has_is_left_out(make_table: Callable[..., pd.DataFrame]) -> None:
    table = make_table([4.0, 4.5, 5.6, 5.8], [4.1, 4.4, 5.2, 6.0])
    assert [curves.condition for curves in detection_curves(table, n_resamples=20)] == ["hyper"]
