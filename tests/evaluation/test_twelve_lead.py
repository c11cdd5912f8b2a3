import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score

from ecg_core.errors import ECGError
from ecg_core.evaluation.twelve_lead import (
    COLUMNS,
    best_f1_threshold,
    read_table,
    score,
    weighted_auprc,
)
from ecg_core.twelve_lead.types import FINDINGS

labelled_scores = st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=2, max_size=40)


@given(labelled_scores, st.integers(0, 2**31))
def test_average_precision_is_that_of_scikit_learn(rows: list[tuple[bool, int]], seed: int) -> None:
    positive = np.array([True, *(hit for hit, _ in rows)])
    value = np.array([5.0, *(number for _, number in rows)])
    weights = np.random.default_rng(seed).integers(1, 4, positive.size).astype(float)
    expected = average_precision_score(positive, value, sample_weight=weights)
    assert weighted_auprc(positive, value)(weights) == pytest.approx(expected)


@given(labelled_scores)
def test_no_other_threshold_has_a_better_f1(rows: list[tuple[bool, int]]) -> None:
    positive = np.array([True, *(hit for hit, _ in rows)])
    probability = np.array([0.55, *(number / 10 for _, number in rows)])
    threshold = best_f1_threshold(positive, probability)
    reached = f1_score(positive, probability >= threshold)
    others = [f1_score(positive, probability >= other) for other in np.unique(probability)]
    assert reached <= max(others) + 1e-12
    if len(np.unique(probability)) == len(probability):
        assert reached == pytest.approx(max(others))


def made_up_table(n: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    age = rng.uniform(20, 90, n)
    table = pd.DataFrame(
        {"record_id": [f"r{i}" for i in range(n)], "age_years": age, "age_estimate": age + 5}
    )
    table["age_low"], table["age_high"] = age - 1, age + 11
    for code in FINDINGS:
        table[f"true_{code}"] = (np.arange(n) % 6 == FINDINGS.index(code)).astype(float)
        table[f"p_{code}"] = table[f"true_{code}"] * 0.5 + 0.1
    return table


def test_scores_of_a_perfect_ranking_and_a_constant_age_error() -> None:
    table = made_up_table()
    table.loc[3, "age_years"] = np.nan
    scores = score(table, n_resamples=50)
    assert scores.mean_auprc.value == 1.0
    assert scores.mean_auroc.value == 1.0
    assert scores.n_ages == 59
    assert scores.age_mae.value == pytest.approx(5.0)
    assert scores.age_bias.value == pytest.approx(5.0)
    assert scores.age_coverage == 1.0


def test_a_table_without_its_columns_is_refused(tmp_path) -> None:
    path = tmp_path / "table.parquet"
    made_up_table().drop(columns="p_AFIB").to_parquet(path)
    with pytest.raises(ECGError, match="lacks the column p_AFIB"):
        read_table(path)
    with pytest.raises(ECGError, match="not a readable"):
        read_table(tmp_path / "absent.parquet")
    made_up_table().to_parquet(path)
    assert set(COLUMNS) <= set(read_table(path).columns)
