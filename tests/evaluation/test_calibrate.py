"""Calibration fitted and applied: what it promises, checked on records it was not fitted on."""

import json
from collections.abc import Callable
from dataclasses import asdict

import numpy as np
import pytest

from ecg_core.errors import ECGError
from ecg_core.evaluation.calibrate import MIN_PER_BIN, fit_calibration
from ecg_core.inference.calibrated import apply_calibration
from ecg_core.inference.card import Calibration


def records(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Truth and estimates whose spread and bias grow with potassium, as those of ECG models do."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(2.0, 9.5, n)
    return truth, truth - 0.3 * (truth - 5.0) + rng.normal(0, 0.1 + 0.12 * truth)


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return fit_calibration(*records(2000, seed=0))


@pytest.mark.parametrize("target", [0.8, 0.9])
def test_intervals_cover_new_records_as_often_as_they_say(target: float) -> None:
    calibration = fit_calibration(*records(4000, seed=1), target_coverage=target)
    truth, k = records(20_000, seed=2)
    low, high, *_ = apply_calibration(calibration, k)
    inside = (low <= truth) & (truth <= high)
    assert inside.mean() == pytest.approx(target, abs=0.02)
    bins = np.digitize(k, calibration.edges[1:-1])
    per_bin = [inside[bins == index].mean() for index in range(8)]
    assert min(per_bin) > target - 0.06


def test_intervals_widen_where_estimates_are_worse(calibration: Calibration) -> None:
    low, high, *_ = apply_calibration(calibration, [3.5, 6.5])
    assert (high - low)[1] > 1.2 * (high - low)[0]


def test_finite_sample_correction_by_hand() -> None:
    residuals = np.arange(1, 62) / 100 - 0.31  # 61 residuals, -0.30 to 0.30
    k = np.resize([3.0, 4.5, 6.0], 61)
    calibration = fit_calibration(k + residuals, k, target_coverage=0.9, n_bins=1)
    # ceil(62 * 0.95) = 59th smallest and 59th largest of 61 (uncorrected it would be the 58th)
    assert calibration.high == pytest.approx((0.28,))
    assert calibration.low == pytest.approx((-0.28,))


def test_bins_hold_enough_records_even_when_estimates_repeat() -> None:
    rng = np.random.default_rng(6)
    truth = rng.uniform(2.0, 9.0, 600)
    k = np.round(truth / 3.0) * 3.0  # four values
    calibration = fit_calibration(truth, k)
    counts = np.bincount(np.digitize(k, calibration.edges[1:-1]))
    assert counts.min() >= MIN_PER_BIN
    assert len(calibration.low) == len(calibration.high) == len(counts) == len(calibration.edges) - 1


def test_probabilities_match_the_observed_shares(calibration: Calibration) -> None:
    truth, k = records(20_000, seed=3)
    _, _, hypo, normal, hyper = apply_calibration(calibration, k)
    assert np.allclose(hypo + normal + hyper, 1.0)
    assert hypo.mean() == pytest.approx((truth <= 3.5).mean(), abs=0.03)
    certain = hyper > 0.8
    assert (truth >= 5.5)[certain].mean() == pytest.approx(hyper[certain].mean(), abs=0.04)


def test_calibration_survives_json(calibration: Calibration) -> None:
    text = json.dumps(asdict(calibration), allow_nan=False)
    raw = {key: tuple(value) if isinstance(value, list) else value for key, value in json.loads(text).items()}
    assert Calibration(**raw) == calibration


def test_class_mix_and_size_are_told(calibration: Calibration) -> None:
    truth, _ = records(2000, seed=0)
    assert calibration.n_examples == 2000
    assert calibration.class_mix == pytest.approx(
        ((truth <= 3.5).mean(), ((truth > 3.5) & (truth < 5.5)).mean(), (truth >= 5.5).mean())
    )


@pytest.mark.parametrize(
    ("kept", "named"),
    [
        (lambda truth: truth > 3.6, "is hypo"),
        (lambda truth: truth < 5.4, "is hyper"),
        (lambda truth: (truth < 3.5) | (truth > 5.6), "is normal"),
        (lambda truth: truth < 3.5, "is normal or hyper"),
    ],
)
def test_an_absent_class_is_named(kept: Callable[[np.ndarray], np.ndarray], named: str) -> None:
    truth, k = records(500, seed=4)
    with pytest.raises(ECGError, match=named):
        fit_calibration(truth[kept(truth)], k[kept(truth)])


def test_too_few_records_or_unknown_values_are_refused() -> None:
    truth, k = records(MIN_PER_BIN - 1, seed=5)
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
