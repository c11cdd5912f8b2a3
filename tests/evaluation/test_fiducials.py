import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.evaluation.fiducials import Tally, match, score_table, wave_position


def test_the_closest_pair_goes_first_and_each_mark_is_used_once() -> None:
    errors, used = match(np.array([100.0, 200.0]), np.array([190.0, 320.0, 40.0]))
    assert errors.tolist() == [-60.0, -10.0]
    assert used.tolist() == [True, False, True]


def test_a_mark_farther_than_the_tolerance_is_missed() -> None:
    errors, used = match(np.array([0.0, 1000.0]), np.array([150.0, 1151.0]))
    assert errors[0] == 150.0 and np.isnan(errors[1])
    assert used.tolist() == [True, False]


@given(
    st.lists(st.integers(0, 3000), max_size=12, unique=True),
    st.lists(st.integers(0, 3000), max_size=12, unique=True),
)
def test_pairs_are_one_to_one_and_within_tolerance(truth: list[int], found: list[int]) -> None:
    errors, used = match(np.array(truth, float), np.array(found, float))
    hits = np.isfinite(errors)
    assert hits.sum() == used.sum()
    assert (np.abs(errors[hits]) <= 150).all()
    left = np.subtract.outer(np.array(truth, float)[~hits], np.array(found, float)[~used])
    assert not (np.abs(left) <= 150).any()  # nothing that could still be paired is left over


def test_counts_and_errors_of_a_tally() -> None:
    tally = Tally()
    tally.add(np.array([10.0, np.nan]), 1)
    tally.add(np.array([-10.0, 30.0]), 0)
    row = tally.row()
    assert (row["tp"], row["fp"], row["fn"]) == (3, 1, 1)
    assert row["se"] == row["ppv"] == row["f1"] == pytest.approx(0.75)
    assert row["mean_ms"] == pytest.approx(10.0)
    assert row["sd_ms"] == pytest.approx(20.0)


def test_without_false_positives_there_is_no_predictive_value() -> None:
    tally = Tally(fp=None)
    tally.add(np.array([1.0, 2.0]), 5)
    row = score_table({"QRS onset": tally}).iloc[0]
    assert row["mark"] == "QRS onset" and row["se"] == 1.0
    assert np.isnan([row["ppv"], row["f1"], row["fp"]]).all()


def test_a_tally_of_nothing_has_no_measures() -> None:
    row = Tally().row()
    assert np.isnan([row["se"], row["f1"], row["mean_ms"], row["sd_ms"]]).all()


def test_a_wave_stands_at_its_peak_or_in_its_middle() -> None:
    marks = np.array(
        [[1, 2, 9], [1, np.nan, 9], [1, np.nan, np.nan], [np.nan, np.nan, 9], [np.nan] * 3], dtype=float
    )
    assert np.array_equal(wave_position(marks), [2, 5, 1, 9, np.nan], equal_nan=True)
