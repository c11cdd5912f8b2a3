import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from sklearn.metrics import roc_auc_score

from ecg_core.evaluation.bootstrap import bootstrap_interval, weighted_auc, weighted_mean


@given(
    arrays(bool, 30),
    arrays(float, 30, elements=st.sampled_from([1.0, 2.0, 2.5, 3.0])),  # many ties
    arrays(float, 30, elements=st.integers(0, 3).map(float)),
)
def test_weighted_auc_is_that_of_scikit_learn(
    positive: np.ndarray, score: np.ndarray, weights: np.ndarray
) -> None:
    found = weighted_auc(positive, score)(weights)
    if (weights[positive].sum() == 0) or (weights[~positive].sum() == 0):
        assert np.isnan(found)
    else:
        assert found == pytest.approx(roc_auc_score(positive, score, sample_weight=weights))


def test_with_a_row_per_patient_it_is_scipys_percentile_bootstrap() -> None:
    values = np.random.default_rng(3).exponential(size=400)
    ours = bootstrap_interval(weighted_mean(values), np.arange(400), n_resamples=4000)
    theirs = stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=4000, random_state=1
    ).confidence_interval
    assert ours.value == pytest.approx(values.mean())
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_copies_of_a_patients_record_do_not_narrow_the_interval() -> None:
    values = np.random.default_rng(4).exponential(size=50)
    once = bootstrap_interval(weighted_mean(values), np.arange(50))
    copied = bootstrap_interval(weighted_mean(np.repeat(values, 10)), np.repeat(np.arange(50), 10))
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high))
    as_rows = bootstrap_interval(weighted_mean(np.repeat(values, 10)), np.arange(500))
    assert as_rows.high - as_rows.low < 0.5 * (once.high - once.low)


def test_what_is_never_defined_has_no_interval() -> None:
    nothing = bootstrap_interval(weighted_auc(np.zeros(5, dtype=bool), np.arange(5.0)), np.arange(5))
    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()
