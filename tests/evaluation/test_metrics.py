from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from ecg_core.errors import ECGError
from ecg_core.evaluation.metrics import (
    estimates_per_range,
    patient_of_row,
    per_range,
    range_confusion,
    range_coverage,
    summarize,
)
from ecg_core.evaluation.probabilities import (
    brier_score,
    class_reliability,
    expected_calibration_error,
    reliability,
)
from ecg_core.evaluation.ranges import K_RANGES, range_index

Make = Callable[..., pd.DataFrame]

TRUTH = [3.0, 4.2, 5.6, 6.5, 7.0, 9.0]
K = [3.4, 4.0, 4.6, 6.1, 7.6, 7.4]


def test_headline_numbers_by_hand(make_table: Make) -> None:
    summary = summarize(make_table(TRUTH, K), reference_mean_meq_l=5.0)
    assert (summary.n, summary.n_abstained, summary.n_patients) == (6, 0, 6)
    assert summary.mae_meq_l.value == pytest.approx((0.4 + 0.2 + 1.0 + 0.4 + 0.6 + 1.6) / 6)
    assert summary.rmse_meq_l == pytest.approx(np.sqrt((0.16 + 0.04 + 1.0 + 0.16 + 0.36 + 2.56) / 6))
    assert summary.mae_of_mean_meq_l == pytest.approx((2 + 0.8 + 0.6 + 1.5 + 2 + 4) / 6)
    assert summary.mean_width_meq_l == pytest.approx(2.0)
    assert summary.hyper.n_positive == 4
    assert summary.hyper.sensitivity == pytest.approx(3 / 4)  # 5.6 was called 4.6
    assert summary.hyper.specificity == 1.0
    assert summary.hyper.auc.value == 1.0
    assert (summary.hypo.sensitivity, summary.hypo.specificity) == (1.0, 1.0)


def test_coverage_counts_the_ends_of_the_interval(make_table: Make) -> None:
    table = make_table([4.0, 5.0, 6.0, 7.0], [4.5, 5.5, 6.5, 8.0], half_width=0.5)
    assert summarize(table).coverage == pytest.approx(3 / 4)


def test_headline_numbers_are_those_of_scikit_learn_and_scipy(table: pd.DataFrame) -> None:
    truth, k = table["k_true_meq_l"], table["k_meq_l"]
    summary = summarize(table)
    assert summary.mae_meq_l.value == pytest.approx(sk.mean_absolute_error(truth, k))
    assert summary.rmse_meq_l == pytest.approx(sk.root_mean_squared_error(truth, k))
    assert summary.pearson_r == pytest.approx(stats.pearsonr(truth, k).statistic)
    assert summary.hyper.auc.value == pytest.approx(sk.roc_auc_score(truth >= 5.5, k))
    assert summary.hypo.auc.value == pytest.approx(sk.roc_auc_score(truth <= 3.5, -k))
    assert summary.reference_mean_meq_l == pytest.approx(truth.mean())
    assert summary.mae_of_mean_meq_l == pytest.approx((truth - truth.mean()).abs().mean())
    assert summary.n_patients == 100


def test_bootstrap_intervals_hold_their_value_and_repeat(table: pd.DataFrame) -> None:
    table["p_severe"] = table["p_hyper"] / 2
    summary = summarize(table, n_resamples=200)
    for estimate in (summary.mae_meq_l, summary.hyper.auc, summary.hypo.auc):
        assert estimate.low < estimate.value < estimate.high
    assert summary == summarize(table, n_resamples=200)


def test_what_one_class_alone_cannot_say_is_nan(make_table: Make) -> None:
    summary = summarize(make_table([4.0, 4.5], [4.2, 4.2]))
    assert np.isnan([summary.hyper.auc.value, summary.hyper.sensitivity, summary.pearson_r]).all()
    assert summary.hyper.specificity == 1.0


def test_abstentions_are_counted_and_left_out(table: pd.DataFrame) -> None:
    kept = table.copy()
    table.loc[:9, ["k_meq_l", "k_low", "k_high", "p_hypo", "p_normal", "p_hyper"]] = float("nan")
    summary = summarize(table)
    assert (summary.n, summary.n_abstained) == (290, 10)
    assert summary.mae_meq_l == summarize(kept[10:]).mae_meq_l
    assert per_range(table)["n"].sum() == range_confusion(table).sum() == 290


def test_a_model_that_always_abstained_cannot_be_measured(table: pd.DataFrame) -> None:
    table["k_meq_l"] = float("nan")
    with pytest.raises(ECGError, match="abstained on every record"):
        summarize(table)


def test_patients_then_base_ecgs_then_records_are_resampled(make_table: Make) -> None:
    table = make_table([4.0] * 3, [4.0] * 3)
    table["patient_id"] = ["p", None, None]
    table["base"] = ["b", "b", ""]
    assert patient_of_row(table).tolist() == ["p", "b", "r2"]


def test_per_range_by_hand(make_table: Make) -> None:
    rows = per_range(make_table(TRUTH, K), reference_mean_meq_l=5.0).set_index("range")
    assert rows["n"].tolist() == [1, 1, 1, 1, 1, 1]
    assert rows.loc["5–6", "bias_meq_l"] == pytest.approx(-1.0)
    assert rows.loc[">8", "mae_meq_l"] == pytest.approx(1.6)
    assert rows.loc[">8", "mae_of_mean_meq_l"] == pytest.approx(4.0)
    assert rows["coverage"].tolist() == [1, 1, 1, 1, 1, 0]
    assert rows.loc["4–5", ["precision", "recall"]].tolist() == [0.5, 1.0]
    assert rows.loc["4–5", "f1"] == pytest.approx(2 / 3)


def test_an_empty_range_has_no_numbers(make_table: Make) -> None:
    rows = per_range(make_table([4.5, 4.6], [4.5, 4.4])).set_index("range")
    assert rows.loc[">8", "n"] == 0
    assert rows.loc[">8"].drop("n").isna().all()


def test_the_confusion_by_hand(make_table: Make) -> None:
    table = make_table(TRUTH, K)
    expected = np.zeros((6, 6), dtype=int)
    expected[[0, 1, 2, 3, 4, 5], [0, 1, 1, 3, 4, 4]] = 1
    assert np.array_equal(range_confusion(table), expected)


pairs = st.lists(st.tuples(st.floats(0.6, 14.0), st.floats(0.6, 14.0)), min_size=1, max_size=40)


@given(pairs)
def test_counts_add_up_whatever_the_data(make_table: Make, values: list[tuple[float, float]]) -> None:
    truth, k = (list(column) for column in zip(*values, strict=True))
    table = make_table(truth, k)
    confusion, rows = range_confusion(table), per_range(table)
    assert confusion.sum() == len(values)
    assert confusion.sum(axis=1).tolist() == rows["n"].tolist()
    filled = rows["n"] > 0
    mae = (rows["n"] * rows["mae_meq_l"])[filled].sum() / len(values)
    assert mae == pytest.approx(np.abs(np.subtract(k, truth)).mean())
    recall = np.diag(confusion)[filled] / confusion.sum(axis=1)[filled]
    assert np.allclose(rows["recall"][filled], recall)
    assert sum(values.size for values in estimates_per_range(table).values()) == len(values)
    assert class_reliability(table, "hyper")["n"].sum() == len(values)


def test_estimates_are_grouped_by_the_true_range(table: pd.DataFrame) -> None:
    groups = estimates_per_range(table)
    assert list(groups) == [k_range.label for k_range in K_RANGES]
    in_sixes = table[range_index(table["k_true_meq_l"].to_numpy()) == 3]
    assert groups["6–7"].tolist() == in_sixes["k_meq_l"].tolist()


def test_reliability_is_scikit_learns_calibration_curve() -> None:
    rng = np.random.default_rng(5)
    probability = rng.uniform(0.001, 0.999, 500)
    happened = rng.uniform(size=500) < probability
    rows = reliability(probability, happened, n_bins=10)
    observed, predicted = calibration_curve(happened, probability, n_bins=10)
    assert np.allclose(rows["observed"], observed) and np.allclose(rows["predicted"], predicted)
    assert rows["n"].sum() == 500


def test_certainty_falls_in_the_last_bin_and_empty_bins_are_absent() -> None:
    rows = reliability(np.array([0.0, 1.0, 1.0]), np.array([False, True, False]), n_bins=10)
    assert rows.to_dict("list") == {"predicted": [0.0, 1.0], "observed": [0.0, 0.5], "n": [1, 2]}


def test_coverage_per_clinical_range_by_hand(make_table: Make) -> None:
    """Estimates one and three too high, half-width two: the first is inside, the second not."""
    table = make_table([3.4, 3.0, 3.5, 5.4, 6.5], [4.4, 6.0, 4.5, 8.4, 7.5], half_width=2.0)
    rows = range_coverage(table, n_resamples=20).set_index("range")
    assert rows["n"].tolist() == [2, 2, 0, 1]
    assert rows["coverage"].tolist()[:2] == [0.5, 0.5] and rows.loc["≥6.5", "coverage"] == 1.0
    assert np.isnan(rows.loc["5.5–6.5", ["coverage", "coverage_low", "width_meq_l"]].astype(float)).all()
    assert rows.loc["<3.5", "width_meq_l"] == pytest.approx(4.0)


def test_probabilities_are_judged_as_scikit_learn_does(table: pd.DataFrame) -> None:
    known = table.dropna(subset=["k_meq_l"])
    happened = known["k_true_meq_l"] >= 5.5
    assert brier_score(table, "hyper") == pytest.approx(sk.brier_score_loss(happened, known["p_hyper"]))
    bins = class_reliability(table, "hyper")
    by_hand = sum(
        abs(part["p_hyper"].mean() - (part["k_true_meq_l"] >= 5.5).mean()) * len(part) / len(known)
        for _, part in known.groupby((known["p_hyper"] * 10).astype(int).clip(upper=9))
    )
    assert expected_calibration_error(bins) == pytest.approx(by_hand)


def test_bias_and_limits_of_agreement_by_hand(make_table: Make) -> None:
    summary = summarize(make_table([4.0, 5.0, 6.0], [4.5, 5.0, 7.0]), n_resamples=10)
    assert summary.bias_meq_l == pytest.approx(0.5)
    assert summary.limits_meq_l == pytest.approx((0.5 - 1.96 * 0.5, 0.5 + 1.96 * 0.5))


def test_severe_hyperkalemia_has_its_own_area(table: pd.DataFrame) -> None:
    known = table.dropna(subset=["k_meq_l"])
    summary = summarize(table, n_resamples=10)
    severe = known["k_true_meq_l"] >= 6.5
    assert summary.severe.n_positive == severe.sum()
    assert summary.severe.auc.value == pytest.approx(sk.roc_auc_score(severe, known["k_meq_l"]))


def test_an_alarm_for_severe_hyperkalemia_needs_its_probability(table: pd.DataFrame) -> None:
    without = summarize(table, n_resamples=10).severe
    assert np.isnan([without.sensitivity, without.specificity, brier_score(table, "severe")]).all()
    assert np.isnan(expected_calibration_error(class_reliability(table, "severe")))
    table["p_severe"] = np.where(table["k_meq_l"] >= 6.5, 0.6, 0.1)
    table.loc[:4, "p_severe"] = np.nan  # the model knew nothing of severe ones there
    known = table.dropna(subset=["p_severe"])
    severe, alarm = known["k_true_meq_l"] >= 6.5, known["p_severe"] > 0.5
    found = summarize(table, n_resamples=10).severe
    assert found.sensitivity == pytest.approx(sk.recall_score(severe, alarm))
    assert found.specificity == pytest.approx(sk.recall_score(~severe, ~alarm))
    assert brier_score(table, "severe") == pytest.approx(sk.brier_score_loss(severe, known["p_severe"]))
