import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.evaluation.ranges import K_RANGES, class_index, range_index


def test_values_on_a_bound_fall_where_the_labels_say() -> None:
    k_meq_l = np.array([1.0, 3.99, 4.0, 5.0, 6.0, 7.0, 8.0, 8.01])
    labels = [K_RANGES[index].label for index in range_index(k_meq_l)]
    assert labels == ["<4", "<4", "4–5", "5–6", "6–7", "7–8", "7–8", ">8"]


@given(st.floats(0.5, 15.0))
def test_a_value_lies_within_its_range(k_meq_l: float) -> None:
    k_range = K_RANGES[range_index(np.array([k_meq_l]))[0]]
    assert k_range.low_meq_l <= k_meq_l < k_range.high_meq_l


def test_a_missing_value_is_in_no_range() -> None:
    with pytest.raises(ValueError, match="missing"):
        range_index(np.array([4.0, np.nan]))


def test_classes_include_their_thresholds() -> None:
    assert class_index(np.array([2.0, 3.5, 3.51, 5.49, 5.5, 9.0])).tolist() == [0, 0, 1, 1, 2, 2]
