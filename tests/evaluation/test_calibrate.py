"""Calibration fitted and applied: what it promises, checked on records it was not fitted on."""

import json
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from ecg_core.errors import ECGError
from ecg_core.evaluation.calibrate import KNOTS_MEQ_L, MIN_RECORDS, fit_calibration
from ecg_core.inference.calibrated import Calibration, apply_calibration

TRUE_RANGES = (2.0, 2.75, 3.5, 4.5, 5.5, 6.5, 8.0, 9.5)


def records(n: int, seed: int, low: float = 2.0, high: float = 9.5) -> tuple[np.ndarray, np.ndarray]:
    """Truth and estimates as ECG models give them: drawn to the middle, and a seventh hardly respond at all."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(low, high, n)
    effect = np.where(rng.random(n) < 0.15, 0.1, 0.7) * (truth - 4.5)
    return truth, 4.5 + effect + rng.normal(0, 0.2 + 0.06 * truth)


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return fit_calibration(*records(2000, seed=0))


@pytest.mark.parametrize("target", [0.8, 0.9])
def test_intervals_cover_new_records_as_often_as_they_say_in_every_true_range(target: float) -> None:
    calibration = fit_calibration(*records(6000, seed=1), target_coverage=target)
    truth, k = records(40_000, seed=2)
    low, high, *_ = apply_calibration(calibration, k)
    inside = (low <= truth) & (truth <= high)
    ranges = np.digitize(truth, TRUE_RANGES[1:-1])
    coverage = [inside[ranges == index].mean() for index in range(len(TRUE_RANGES) - 1)]
    assert coverage == pytest.approx([target] * len(coverage), abs=0.03)


def test_coverage_does_not_depend_on_how_common_a_potassium_is() -> None:
    """A ward with hardly any hyperkalemia: coverage by bins of the estimate would fail here."""
    calibration = fit_calibration(*records(6000, seed=1))
    truth, k = records(20_000, seed=3, low=6.5)
    low, high, *_ = apply_calibration(calibration, k)
    assert ((low <= truth) & (truth <= high)).mean() == pytest.approx(0.9, abs=0.03)


def test_the_miss_is_spent_where_it_shortens_intervals(calibration: Calibration) -> None:
    """A normal-looking estimate may be of a patient who does not respond, one far above normal hardly."""
    truth, k = records(20_000, seed=4)
    lowest, highest = truth < 2.5, truth > 9.0
    assert (
        k[lowest] < np.interp(truth[lowest], calibration.k_true_meq_l, calibration.low_meq_l)
    ).mean() < 0.02
    assert (
        k[highest] > np.interp(truth[highest], calibration.k_true_meq_l, calibration.high_meq_l)
    ).mean() < 0.02


def test_bounds_by_hand() -> None:
    """One window over 59 records: with 60 places for one more, 3 lie below the 3rd and above the 57th."""
    noise = np.arange(59) / 100.0  # sorted: the 3rd is 0.02, the 57th 0.56
    truth = np.repeat([3.0, 4.5, 6.0], [19, 20, 20])
    truth[:] = np.random.default_rng(0).permutation(truth)
    k = truth + noise
    calibration = fit_calibration(truth, k)
    centre, (low,), (high,) = truth.mean(), calibration.low_meq_l, calibration.high_meq_l
    deviation = truth - centre
    residual = np.sort(k - (deviation @ k) / (deviation @ deviation) * deviation)
    assert calibration.k_true_meq_l == pytest.approx((centre,))
    assert (low, high) == pytest.approx((residual[2], residual[56]))


def test_bounds_never_fall_with_rising_potassium(calibration: Calibration) -> None:
    for bounds in (calibration.k_true_meq_l, calibration.low_meq_l, calibration.high_meq_l):
        assert (np.diff(bounds) >= 0).all()
    assert (np.array(calibration.low_meq_l) < calibration.high_meq_l).all()


def test_an_estimator_that_knows_nothing_gets_an_interval_of_everything() -> None:
    truth, _ = records(1000, seed=5)
    k = np.random.default_rng(6).normal(4.5, 0.3, 1000)
    low, high, *_ = apply_calibration(fit_calibration(truth, k), 4.5)
    assert (low, high) == pytest.approx((truth.min(), truth.max()))


def test_probabilities_are_those_of_an_independent_fit(calibration: Calibration) -> None:
    truth, k = records(2000, seed=0)
    terms = np.stack([k, *(np.maximum(k - knot, 0) for knot in KNOTS_MEQ_L)], axis=1)
    peer = LogisticRegression(max_iter=5000).fit(terms, np.digitize(truth, [3.5, 5.5, 6.5]))
    _, _, hypo, normal, hyper, severe = apply_calibration(calibration, k)
    ours = np.stack([hypo, normal, hyper - severe, severe], axis=1)
    assert ours == pytest.approx(peer.predict_proba(terms), abs=1e-6)


def test_probabilities_match_the_observed_shares(calibration: Calibration) -> None:
    truth, k = records(20_000, seed=3)
    _, _, hypo, normal, hyper, severe = apply_calibration(calibration, k)
    assert np.allclose(hypo + normal + hyper, 1.0)
    assert hypo.mean() == pytest.approx((truth <= 3.5).mean(), abs=0.03)
    for probability, happened in ((hyper, truth >= 5.5), (severe, truth >= 6.5)):
        for likely in (probability > 0.8, (probability > 0.3) & (probability < 0.5)):
            assert happened[likely].mean() == pytest.approx(probability[likely].mean(), abs=0.05)


def test_without_severe_hyperkalemia_nothing_is_said_of_it() -> None:
    truth, k = records(1000, seed=7, high=6.4)
    calibrated = apply_calibration(fit_calibration(truth, k), k)
    assert np.isnan(calibrated.p_severe).all()
    assert np.allclose(calibrated.p_hypo + calibrated.p_normal + calibrated.p_hyper, 1.0)
    assert calibrated.p_hyper.mean() == pytest.approx((truth >= 5.5).mean(), abs=0.02)


def test_calibration_survives_json(calibration: Calibration) -> None:
    raw = json.loads(json.dumps(asdict(calibration), allow_nan=False))
    raw["slopes"] = tuple(tuple(row) for row in raw["slopes"])
    assert Calibration(**{k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}) == calibration


def test_what_it_was_fitted_on_is_told(calibration: Calibration) -> None:
    truth, _ = records(2000, seed=0)
    assert calibration.n_examples == 2000
    assert calibration.span_meq_l == (truth.min(), truth.max())
    shares = np.bincount(np.digitize(truth, [3.5, 5.5, 6.5])) / 2000
    assert calibration.class_mix == pytest.approx(tuple(shares))


@pytest.mark.parametrize(
    ("kept", "named"),
    [
        (lambda truth: truth > 3.6, "is hypo"),
        (lambda truth: truth < 5.4, "is hyper"),
        (lambda truth: (truth < 3.5) | (truth > 5.6), "is normal"),
        (lambda truth: truth < 3.5, "is normal or hyper"),
    ],
    ids=["no hypo", "no hyper", "no normal", "hypo alone"],
)
def test_an_absent_class_is_named(kept: Callable[[np.ndarray], np.ndarray], named: str) -> None:
    truth, k = records(500, seed=4)
    with pytest.raises(ECGError, match=named):
        fit_calibration(truth[kept(truth)], k[kept(truth)])


def test_too_few_records_or_unknown_values_are_refused() -> None:
    truth, k = records(MIN_RECORDS - 1, seed=5)
    with pytest.raises(ECGError, match="at least 50 records; there are 49"):
        fit_calibration(truth, k)
    truth, k = records(100, seed=5)
    k[3] = np.nan
    with pytest.raises(ECGError, match="known potassium and an estimate"):
        fit_calibration(truth, k)


@pytest.mark.parametrize("target", [0.0, 1.0, 90.0])
def test_an_impossible_target_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        fit_calibration(*records(100, seed=5), target_coverage=target)
