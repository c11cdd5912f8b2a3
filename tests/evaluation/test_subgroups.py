import numpy as np
import pandas as pd
import pytest

from ecg_core.evaluation.metrics import summarize
from ecg_core.evaluation.subgroups import MIN_PATIENTS, UNKNOWN, by_subgroup, groups_of

N = 60


@pytest.fixture
def table() -> pd.DataFrame:
    """60 patients; estimates are 0.2 off in the first half, 0.8 in the second."""
    truth = np.tile([3.0, 4.2, 4.6, 6.0, 6.8], N // 5)
    k = truth + np.where(np.arange(N) < N // 2, 0.2, 0.8)
    return pd.DataFrame(
        {
            "record_id": [f"r{i}" for i in range(N)],
            "patient_id": [f"p{i}" for i in range(N)],
            "base": "",
            "simulated": False,
            "k_true_meq_l": truth,
            "k_meq_l": k,
            "k_low": k - 0.5,
            "k_high": k + 0.5,
            "p_hypo": 0.2,
            "p_normal": 0.5,
            "p_hyper": 0.3,
            "p_severe": 0.1,
            "flags": "",
        }
    )


def halves(first: str, second: str) -> pd.DataFrame:
    return pd.DataFrame({"half": np.where(np.arange(N) < N // 2, first, second)})


def test_each_group_has_the_figures_of_its_own_rows(table: pd.DataFrame) -> None:
    found = by_subgroup(table, halves("early", "late"), n_resamples=50).set_index("value")
    assert list(found["n"]) == list(found["patients"]) == [30, 30]
    assert list(found["mae_meq_l"]) == pytest.approx([0.2, 0.8])
    assert list(found["coverage"]) == [1.0, 0.0]
    assert list(found["n_hyper"]) == [12, 12] and list(found["n_hypo"]) == [6, 6]
    early = summarize(table[: N // 2], n_resamples=50)
    assert found.loc["early", "auc_hyper_low"] == early.hyper.auc.low


def test_few_patients_give_a_count_and_no_figure(table: pd.DataFrame) -> None:
    few = pd.DataFrame({"ward": ["ICU"] * (MIN_PATIENTS - 1) + ["ED"] * (N - MIN_PATIENTS + 1)})
    found = by_subgroup(table, few, n_resamples=20).set_index("value")
    assert found.loc["ICU", "n"] == MIN_PATIENTS - 1
    assert np.isnan(found.loc["ICU", ["mae_meq_l", "auc_hyper", "coverage"]].astype(float)).all()
    assert np.isfinite(found.loc["ED", "mae_meq_l"])


def test_many_ecgs_of_few_patients_are_still_few(table: pd.DataFrame) -> None:
    table["patient_id"] = np.where(np.arange(N) < N // 2, "one", table["patient_id"])
    found = by_subgroup(table, halves("early", "late"), n_resamples=20).set_index("value")
    assert (found.loc["early", "n"], found.loc["early", "patients"]) == (30, 1)
    assert np.isnan(found.loc["early", "mae_meq_l"])


def test_abstained_records_are_counted(table: pd.DataFrame) -> None:
    table.loc[:29, ["k_meq_l", "k_low", "k_high", "p_hypo", "p_normal", "p_hyper"]] = np.nan
    found = by_subgroup(table, halves("early", "late"), n_resamples=20).set_index("value")
    assert list(found["n"]) == [0, 30] and list(found["abstained"]) == [30, 0]


def test_a_group_that_is_everybody_is_left_out(table: pd.DataFrame) -> None:
    assert by_subgroup(table, halves("all", "all")).empty


def test_groups_by_sex_age_and_width_of_qrs() -> None:
    facts = pd.DataFrame(
        {
            "sex": ["female", "male", None, ""],
            "age_years": [44.9, 45.0, 120.0, np.nan],
            "qrs_duration_ms": [119.9, 120.0, np.nan, 90.0],
            "rhythm": ["sinus", "", "paced", "sinus"],
        }
    )
    groups = groups_of(facts, ["rhythm"])
    assert list(groups["Sex"]) == ["female", "male", UNKNOWN, UNKNOWN]
    assert list(groups["Age"]) == ["0–44", "45–64", "80–120", UNKNOWN]
    assert list(groups["QRS"]) == ["below 120 ms", "120 ms and wider", UNKNOWN, "below 120 ms"]
    assert list(groups["rhythm"]) == ["sinus", UNKNOWN, "paced", "sinus"]


def test_a_column_of_many_values_is_no_grouping() -> None:
    facts = pd.DataFrame(
        {"sex": "", "age_years": np.nan, "qrs_duration_ms": 90.0, "note": [str(i) for i in range(20)]}
    )
    assert list(groups_of(facts, ["note"]).columns) == ["Sex", "Age", "QRS"]
