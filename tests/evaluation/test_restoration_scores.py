import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecg_core.evaluation.restoration import (
    LEAD_SETS,
    correlation,
    expected,
    restoration_table,
    summarize_restoration,
    weighted_median,
)
from ecg_core.leads import INDEPENDENT_LEADS, standard_from_independent
from ecg_core.models.twelve_lead.u_resnet import UResNet

values = st.floats(-100, 100)


@given(first=arrays(float, (3, 20), elements=values), second=arrays(float, (3, 20), elements=values))
def test_correlation_is_numpys(first: np.ndarray, second: np.ndarray) -> None:
    found = correlation(first, second)
    for row in range(3):
        if first[row].std() > 1e-3 and second[row].std() > 1e-3:
            assert found[row] == pytest.approx(np.corrcoef(first[row], second[row])[0, 1], abs=1e-6)


@given(
    sample=st.lists(values, min_size=1, max_size=30),
    seed=st.integers(0, 10),
)
def test_the_weighted_median_counts_rows_as_often_as_they_weigh(sample: list[float], seed: int) -> None:
    weights = np.random.default_rng(seed).integers(0, 4, len(sample))
    weights[0] += 1
    repeated = np.sort(np.repeat(sample, weights))
    lower_median = repeated[(len(repeated) - 1) // 2]
    assert weighted_median(np.array(sample))(weights.astype(float)) == pytest.approx(lower_median)


@pytest.fixture(scope="module")
def rank_two_mv() -> np.ndarray:
    """Ten ECGs whose eight leads follow from two: least squares must find all of them."""
    rng = np.random.default_rng(0)
    return (rng.normal(size=(8, 2)) @ rng.normal(size=(10, 2, 200))).astype(np.float32)


def test_leads_that_follow_from_others_are_restored_and_only_absent_ones_are_judged(
    rank_two_mv: np.ndarray,
) -> None:
    model = UResNet().eval()
    moments = np.einsum("nit,njt->ij", rank_two_mv, rank_two_mv) / rank_two_mv[0].size
    model.linear.moments.copy_(torch.from_numpy(moments))
    table = restoration_table(rank_two_mv, [f"r{i}" for i in range(10)], model, [("I", "II"), ("II", "V3")])
    named = table.groupby("measured", sort=False)["lead"].unique()
    assert list(named["I,II"]) == ["V1", "V2", "V3", "V4", "V5", "V6"]
    assert len(named["II,V3"]) == 10
    assert table["r"].min() > 0.999 and table["mae_uv"].max() < 50
    np.testing.assert_array_equal(table["r"], table["linear_r"])  # an untrained network adds nothing
    assert table["record_id"].nunique() == 10


def test_errors_are_in_microvolts(rank_two_mv: np.ndarray) -> None:
    model = UResNet().eval()  # leads that do not go together at all: zero is the best guess
    table = restoration_table(rank_two_mv, [str(i) for i in range(10)], model, [("I",)])
    rows = table[(table["record_id"] == "4") & (table["lead"] == "V2")]
    kept = rank_two_mv[4, INDEPENDENT_LEADS.index("V2"), :192]
    assert rows["mae_uv"].item() == pytest.approx(1000 * np.abs(kept).mean(), rel=1e-5)
    assert standard_from_independent(rank_two_mv).shape[1] == 12


def test_the_summary_compares_on_the_same_records() -> None:
    table = pd.DataFrame(
        {
            "record_id": [f"r{i}" for i in range(40)],
            "measured": "I,II",
            "lead": "V1",
            "r": np.linspace(0.5, 0.9, 40) + 0.05,
            "linear_r": np.linspace(0.5, 0.9, 40),
            "mae_uv": 1.0,
            "linear_mae_uv": 2.0,
        }
    )
    row = summarize_restoration(table, n_resamples=200).iloc[0]
    assert row["gain"] == pytest.approx(0.05) and row["gain_low"] == pytest.approx(0.05)
    assert row["r_low"] < row["r"] < row["r_high"] and row["n"] == 40
    assert expected(table)["I,II"]["V1"] == (0.75, 0.59)


def test_every_set_that_is_judged_lacks_a_lead() -> None:
    assert len(set(LEAD_SETS)) == len(LEAD_SETS)
    assert all(0 < len(set(leads) & set(INDEPENDENT_LEADS)) == len(leads) < 8 for leads in LEAD_SETS)
