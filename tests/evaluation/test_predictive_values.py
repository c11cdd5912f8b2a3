from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import precision_score, recall_score

from ecg_core.errors import ECGError
from ecg_core.evaluation.predictive_values import predictive_values


def test_at_the_prevalence_of_the_table_they_are_its_own(table: pd.DataFrame) -> None:
    truth, alarm = table["k_true_meq_l"] >= 5.5, table["p_hyper"] > 0.5
    found = predictive_values(table, "hyper", float(truth.mean()), n_resamples=50)
    assert found.sensitivity.value == pytest.approx(recall_score(truth, alarm))
    assert found.specificity.value == pytest.approx(recall_score(~truth, ~alarm))
    assert found.ppv.value == pytest.approx(precision_score(truth, alarm))
    assert found.npv.value == pytest.approx(precision_score(~truth, ~alarm))
    assert (found.n, found.n_positive) == (300, truth.sum())


def test_they_agree_with_counting_in_a_ward_of_that_prevalence(table: pd.DataFrame) -> None:
    found = predictive_values(table, "hypo", 0.05, n_resamples=50)
    ill = table["k_true_meq_l"] <= 3.5
    weight = np.where(ill, 0.05 / ill.sum(), 0.95 / (~ill).sum())
    alarm = table["p_hypo"] > 0.5
    assert found.ppv.value == pytest.approx(precision_score(ill, alarm, sample_weight=weight))
    assert found.npv.value == pytest.approx(precision_score(~ill, ~alarm, sample_weight=weight))


def test_intervals_hold_the_value_and_alarms_mean_less_where_it_is_rare(table: pd.DataFrame) -> None:
    common, rare = (predictive_values(table, "hyper", p, n_resamples=200) for p in (0.3, 0.02))
    assert rare.ppv.value < common.ppv.value and rare.npv.value > common.npv.value
    for number in (common.ppv, rare.npv, rare.sensitivity):
        assert number.low <= number.value <= number.high


def test_a_table_of_one_class_is_told(make_table: Callable[..., pd.DataFrame]) -> None:
    with pytest.raises(ECGError, match="with and without hyperkalemia"):
        predictive_values(make_table([4.0, 4.5], [4.0, 4.5]), "hyper", 0.05)


def test_severe_hyperkalemia_counts_where_its_probability_is_known(table: pd.DataFrame) -> None:
    with pytest.raises(ECGError, match="severe hyperkalemia, and their probabilities"):
        predictive_values(table, "severe", 0.01)
    table["p_severe"] = np.where(table["k_meq_l"] >= 6.5, 0.6, 0.1)
    table.loc[:9, "p_severe"] = np.nan
    found = predictive_values(table, "severe", 0.01, n_resamples=20)
    assert found.n == 290
    assert found.n_positive == (table["k_true_meq_l"][10:] >= 6.5).sum()


@pytest.mark.parametrize("prevalence", [0.0, 1.0, 5.0])
def test_a_prevalence_is_a_share(prevalence: float, table: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        predictive_values(table, "hyper", prevalence)
