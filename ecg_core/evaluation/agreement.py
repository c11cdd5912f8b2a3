"""How far models agree with each other on the same test ECGs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MIN_SHARED = 10  # ECGs, below which two models are not compared


def shared_estimates(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The estimates of each model (columns) on the records that all of them answered (rows), mEq/L."""
    columns = {
        name: table.dropna(subset=["k_meq_l"]).drop_duplicates("record_id").set_index("record_id")["k_meq_l"]
        for name, table in tables.items()
    }
    return pd.DataFrame(columns).dropna()


def mean_differences(estimates: pd.DataFrame) -> NDArray[np.float64]:
    """Mean absolute difference of every two models, `(models, models)` mEq/L; NaN for too few shared records."""
    k_meq_l = estimates.to_numpy(dtype=np.float64)
    if len(k_meq_l) < MIN_SHARED:
        return np.full((k_meq_l.shape[1],) * 2, np.nan)
    return np.asarray(np.abs(k_meq_l[:, :, None] - k_meq_l[:, None, :]).mean(axis=0))
