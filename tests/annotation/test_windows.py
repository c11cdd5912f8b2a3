import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecg_core.annotation.windows import nanquantile

VALUES = arrays(np.float64, (5, 4), elements=st.one_of(st.just(np.nan), st.floats(-100, 100)))


@given(values=VALUES, quantile=st.floats(0, 1))
def test_quantiles_are_numpys(values: np.ndarray, quantile: float) -> None:
    known = np.isfinite(values).any(axis=0)
    found = nanquantile(values, quantile)
    assert np.isnan(found[~known]).all()
    assert found[known] == pytest.approx(np.nanquantile(values[:, known], quantile, axis=0))
