from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.filtering.gaps import bridge_gaps, recorded_blocks, recorded_stretches, runs

NAN = np.nan


def test_gaps_are_bridged_by_straight_lines() -> None:
    filled, missing = bridge_gaps(np.array([[NAN, 1, NAN, NAN, 4, NAN], [NAN] * 6]))
    np.testing.assert_array_equal(filled, [[1, 1, 2, 3, 4, 4], [0] * 6])
    np.testing.assert_array_equal(missing[0], [True, False, True, True, False, True])
    assert missing[1].all()


def test_one_lead_and_batches() -> None:
    np.testing.assert_array_equal(bridge_gaps(np.array([1, NAN, 3]))[0], [1, 2, 3])
    batch = np.array([[[1, NAN, 3]], [[4, 5, 6]]])
    np.testing.assert_array_equal(bridge_gaps(batch)[0], [[[1, 2, 3]], [[4, 5, 6]]])


def test_the_input_is_not_changed() -> None:
    signal = np.array([1, NAN, 3])
    bridge_gaps(signal)
    assert np.isnan(signal[1])


def test_runs() -> None:
    np.testing.assert_array_equal(runs(np.array([True, False, True, True])), [[0, 1], [2, 4]])
    assert len(runs(np.zeros(3, dtype=bool))) == 0


@given(st.lists(st.booleans(), max_size=60).map(np.array), st.integers(0, 10))
def test_stretches_hold_every_sample_and_lie_apart(missing: np.ndarray, longest_bridge: int) -> None:
    missing = missing.astype(bool)
    stretches = recorded_stretches(missing, longest_bridge)
    covered = np.zeros(missing.size, dtype=bool)
    for start, stop in stretches:
        assert not missing[start] and not missing[stop - 1]
        assert not [1 for first, last in runs(missing[start:stop]) if last - first > longest_bridge]
        covered[start:stop] = True
    assert not (~missing & ~covered).any()
    for (_, stop), (start, _) in pairwise(stretches):
        assert missing[stop:start].all() and start - stop > longest_bridge


def test_leads_that_share_a_stretch_are_handled_together() -> None:
    missing = np.zeros((3, 10), dtype=bool)
    missing[1, :5] = True
    blocks = [(rows.tolist(), start, stop) for rows, start, stop in recorded_blocks(missing, 1)]
    assert blocks == [([0, 2], 0, 10), ([1], 5, 10)]
