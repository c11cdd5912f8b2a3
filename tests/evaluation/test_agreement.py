from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ecg_core.evaluation.agreement import mean_differences, shared_estimates

Make = Callable[..., pd.DataFrame]


def test_models_are_compared_on_the_records_that_all_answered(make_table: Make) -> None:
    truth = [4.0 + index / 10 for index in range(12)]
    first, second = make_table(truth, truth), make_table(truth, [k + 0.5 for k in truth])
    second.loc[[0, 5], ["k_meq_l", "k_low", "k_high"]] = np.nan
    shared = shared_estimates({"A": first, "B": second.iloc[::-1]})
    assert set(shared.index) == {f"r{i}" for i in range(12) if i not in (0, 5)}
    assert mean_differences(shared) == pytest.approx(np.array([[0, 0.5], [0.5, 0]]))


def test_too_few_shared_records_are_no_comparison(make_table: Make) -> None:
    shared = shared_estimates({"A": make_table([4.0], [4.0]), "B": make_table([4.0], [5.0])})
    assert np.isnan(mean_differences(shared)).all()
