"""The shrunken bias against the formula worked by hand and against the posterior integrated numerically."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from ecg_core.inference.types import Prediction
from ecg_core.patient.bias import ErrorSpread, Pair, corrected, shrinkage
from ecg_core.patient.history import EarlierECG, by_time, other_patients, pairs_of

NAN = float("nan")
Z_90 = 1.6448536269514722


def prediction(k: float, half: float = Z_90 * 0.83, model: str = "m") -> Prediction:
    return Prediction(model, model, k, k - half, k + half, 0.2, 0.6, 0.2, (), np.empty(0, np.float32), None)


def test_the_spread_of_a_calibrated_interval_is_divided_as_in_the_literature() -> None:
    spread = ErrorSpread.of_interval(4.0 - Z_90 * 0.83, 4.0 + Z_90 * 0.83, 0.9)
    assert spread.within_meq_l == pytest.approx(0.45)
    assert spread.between_meq_l == pytest.approx(np.sqrt(0.83**2 - 0.45**2))


def test_two_pairs_worked_by_hand() -> None:
    # between² 0.4864, within² 0.2025: w = 0.9728 / 1.1753 = 0.827703; errors 0.5 and 0.7
    found = corrected(prediction(5.0), [Pair(4.0, 4.5), Pair(4.3, 5.0)], 0.9)
    assert found is not None
    assert found.weight == pytest.approx(0.827703, abs=1e-6)
    assert found.bias_meq_l == pytest.approx(0.827703 * 0.6, abs=1e-6)
    assert found.k_meq_l == pytest.approx(5.496622, abs=1e-6)
    # variance of a new error: 0.2025 + 0.827703 * 0.2025 / 2 = 0.286305, SD 0.535075
    assert found.k_high - found.k_meq_l == pytest.approx(Z_90 * 0.535075, abs=1e-5)
    assert found.n_pairs == 2


@given(
    st.floats(0.1, 1.5),
    st.floats(0.1, 1.5),
    st.lists(st.floats(-2.0, 2.0), min_size=1, max_size=5),
)
def test_the_bias_is_the_mean_of_the_posterior(between: float, within: float, errors: list[float]) -> None:
    grid = np.linspace(-12, 12, 24001)
    log_posterior = norm.logpdf(grid, 0, between) + sum(norm.logpdf(error, grid, within) for error in errors)
    posterior = np.exp(log_posterior - log_posterior.max())
    expected = float((grid * posterior).sum() / posterior.sum())
    assert shrinkage(ErrorSpread(between, within), len(errors)) * np.mean(errors) == pytest.approx(
        expected, abs=1e-4
    )


@given(st.integers(1, 30), st.floats(-1.0, 1.0))
def test_more_pairs_believe_more_and_narrow_more_but_never_below_within(n: int, error: float) -> None:
    fewer = corrected(prediction(5.0), [Pair(4.0, 4.0 + error)] * n, 0.9)
    more = corrected(prediction(5.0), [Pair(4.0, 4.0 + error)] * (n + 1), 0.9)
    assert fewer is not None
    assert more is not None
    assert 0 < fewer.weight < more.weight < 1
    assert abs(fewer.bias_meq_l) <= abs(error) + 1e-12
    assert 2 * Z_90 * 0.45 < more.k_high - more.k_low < fewer.k_high - fewer.k_low < 2 * Z_90 * 0.83


def test_without_pairs_or_estimate_nothing_is_corrected() -> None:
    assert corrected(prediction(5.0), [], 0.9) is None
    assert corrected(prediction(NAN), [Pair(4.0, 4.5)], 0.9) is None
    assert corrected(prediction(5.0), [Pair(NAN, 4.5)], 0.9) is None


def test_an_uneven_interval_stays_uneven() -> None:
    uneven = replace(prediction(5.0), k_low=4.5, k_high=7.0)
    found = corrected(uneven, [Pair(4.0, 4.0)], 0.9)
    assert found is not None
    assert (found.k_high - found.k_meq_l) / (found.k_meq_l - found.k_low) == pytest.approx(4.0)


def earlier(day: int, k: float = 4.5, patient: str | None = None, estimate: float = 4.0) -> EarlierECG:
    return EarlierECG(f"ecg{day}", patient, datetime(2026, 1, day), k, {"m": prediction(estimate)})


def test_pairs_leave_out_ecgs_from_which_the_model_abstained_or_was_missing() -> None:
    known = [earlier(2), earlier(1, estimate=NAN)]
    assert pairs_of(known, "m") == (Pair(4.0, 4.5),)
    assert pairs_of(known, "another") == ()
    assert [one.name for one in by_time(known)] == ["ecg1", "ecg2"]


def test_another_patient_is_found_only_where_both_files_name_one() -> None:
    known = [earlier(1, patient="A"), earlier(2, patient="B"), earlier(3)]
    assert [one.name for one in other_patients(known, "A")] == ["ecg2"]
    assert other_patients(known, None) == ()


@pytest.mark.parametrize("k", [0.5, 45.0, NAN])
def test_an_impossible_laboratory_value_is_refused(k: float) -> None:
    with pytest.raises(ValueError, match="between 1 and 12"):
        earlier(1, k=k)
