import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.inference.calibrated import apply_calibration
from ecg_core.inference.card import Calibration

CALIBRATION = Calibration(
    target_coverage=0.9,
    n_examples=1000,
    edges=(-1e3, 4.0, 6.0, 1e3),
    low=(-0.5, -1.0, 0.2),  # in the last bin every truth lay above its estimate
    high=(0.6, 1.1, 2.0),
    intercept=(7.0, 2.0, -9.0),
    slope=(-1.5, 0.0, 1.5),
    class_mix=(0.2, 0.5, 0.3),
)


def test_each_estimate_gets_the_interval_of_its_bin() -> None:
    low, high, *_ = apply_calibration(CALIBRATION, [3.0, 4.0, 5.9, 6.0])
    assert low == pytest.approx([2.5, 3.0, 4.9, 6.0])  # 6.2 would not hold the estimate
    assert high == pytest.approx([3.6, 5.1, 7.0, 8.0])


def test_probabilities_are_the_softmax_of_the_logits() -> None:
    _, _, hypo, normal, hyper = apply_calibration(CALIBRATION, 4.0)
    logits = np.exp([7.0 - 6.0, 2.0, -9.0 + 6.0])
    assert [hypo, normal, hyper] == pytest.approx(list(logits / logits.sum()))


@given(st.floats(-50, 50))
def test_the_interval_holds_the_estimate_and_is_plausible(k: float) -> None:
    low, high, *probabilities = apply_calibration(CALIBRATION, k)
    assert low <= k <= high
    if 1.0 <= k <= 12.0:
        assert low >= 1.0 and high <= 12.0
    assert sum(probabilities) == pytest.approx(1.0)


def test_no_estimate_no_interval() -> None:
    calibrated = apply_calibration(CALIBRATION, [np.nan, 5.0])
    assert all(np.isnan(values[0]) and np.isfinite(values[1]) for values in calibrated)


def test_shapes_are_kept() -> None:
    assert {values.shape for values in apply_calibration(CALIBRATION, np.full((2, 3), 5.0))} == {(2, 3)}
