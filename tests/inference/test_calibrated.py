from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.inference.calibrated import Calibration, apply_calibration

CALIBRATION = Calibration(
    target_coverage=0.9,
    n_examples=1000,
    span_meq_l=(2.0, 9.0),
    k_true_meq_l=(3.0, 5.0, 8.0),
    low_meq_l=(2.0, 4.0, 5.0),
    high_meq_l=(4.0, 5.0, 8.0),
    knots_meq_l=(4.0,),
    intercepts=(7.0, 2.0, -9.0, -16.0),
    slopes=((-1.5, 0.0), (0.0, -0.2), (1.5, 0.1), (2.5, 0.3)),
    class_mix=(0.2, 0.5, 0.2, 0.1),
)


def test_the_interval_is_the_belt_read_across() -> None:
    """4.5: of 4 mEq/L (half way from 3 to 5) the highest usual estimate, of 6.5 the lowest."""
    low, high, *_ = apply_calibration(CALIBRATION, 4.5)
    assert (low, high) == pytest.approx((4.0, 6.5))


@given(st.floats(2.05, 7.95), st.floats(2.0, 9.0))
def test_a_potassium_is_in_the_interval_where_its_belt_holds_the_estimate(k: float, truth: float) -> None:
    low, high, *_ = apply_calibration(CALIBRATION, k)
    usual = [
        np.interp(truth, CALIBRATION.k_true_meq_l, bounds)
        for bounds in (CALIBRATION.low_meq_l, CALIBRATION.high_meq_l)
    ]
    holds = usual[0] + 1e-6 < k < usual[1] - 1e-6
    if holds:
        assert low <= truth <= high
    elif not usual[0] - 1e-6 <= k <= usual[1] + 1e-6 and truth != k:
        assert not (low < truth < high) or low == k or high == k


def test_open_ends_reach_what_the_calibration_set_held() -> None:
    low, high, *_ = apply_calibration(CALIBRATION, [3.9, 5.1])
    assert low[0] == 2.0 and high[1] == 9.0


def test_equal_bounds_are_no_trouble() -> None:
    flat = replace(CALIBRATION, low_meq_l=(2.0, 2.0, 2.0), high_meq_l=(6.0, 6.0, 6.0))
    low, high, *_ = apply_calibration(flat, [1.5, 4.0, 6.5])
    assert low == pytest.approx([1.5, 2.0, 6.5]) and high == pytest.approx([3.0, 9.0, 9.0])


def test_probabilities_are_the_softmax_of_the_logits() -> None:
    _, _, hypo, normal, hyper, severe = apply_calibration(CALIBRATION, 5.0)
    logits = np.exp([7.0 - 7.5, 2.0 - 0.2, -9.0 + 7.5 + 0.1, -16.0 + 12.5 + 0.3])
    shares = logits / logits.sum()
    assert [hypo, normal, hyper, severe] == pytest.approx([*shares[:2], shares[2] + shares[3], shares[3]])


@given(st.floats(-50, 50))
def test_the_interval_holds_the_estimate_and_stays_within_the_span(k: float) -> None:
    low, high, hypo, normal, hyper, severe = apply_calibration(CALIBRATION, k)
    assert low <= k <= high
    if 2.0 <= k <= 9.0:
        assert low >= 2.0 and high <= 9.0
    assert hypo + normal + hyper == pytest.approx(1.0)
    assert severe <= hyper


def test_no_estimate_no_interval() -> None:
    calibrated = apply_calibration(CALIBRATION, [np.nan, 5.0])
    assert all(np.isnan(values[0]) and np.isfinite(values[1]) for values in calibrated)


def test_shapes_are_kept() -> None:
    assert {values.shape for values in apply_calibration(CALIBRATION, np.full((2, 3), 5.0))} == {(2, 3)}


@pytest.mark.parametrize("change", [{"low_meq_l": (2.0,)}, {"slopes": ((1.0,),) * 4}], ids=["belt", "slopes"])
def test_what_does_not_fit_together_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="a calibration has one"):
        replace(CALIBRATION, **change)
