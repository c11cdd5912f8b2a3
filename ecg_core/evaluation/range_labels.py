"""ECGs of which only a range of potassium is known: they count for finding hyper- and hypokalemia, not for errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.evaluation.bootstrap import WithInterval, bootstrap_interval, weighted_auc
from ecg_core.evaluation.metrics import answered, patient_of_row
from ecg_core.inference.types import HYPERKALEMIA_MEQ_L, HYPOKALEMIA_MEQ_L


@dataclass(frozen=True)
class RangeDetection:
    """Finding a condition among values and ranges together; `n_undecided` ranges hold its limit and are left out."""

    condition: str
    n: int
    n_ranges: int
    n_undecided: int
    n_positive: int
    auc: WithInterval


def detection_with_ranges(table: pd.DataFrame, n_resamples: int = 1000) -> tuple[RangeDetection, ...]:
    """Hyper- and hypokalemia by the estimate, with 95 % bootstrap intervals over patients.

    `table` is an evaluation table with the further columns `k_true_low` and `k_true_high`, mEq/L, both equal to
    the truth where it is one number, infinite at an open end. Raises ECGError when the model never answered.
    """
    rows = answered(table)
    low, high = (rows[name].to_numpy(float) for name in ("k_true_low", "k_true_high"))
    k_meq_l = rows["k_meq_l"].to_numpy(float)
    hyper, no_hyper = low >= HYPERKALEMIA_MEQ_L, high < HYPERKALEMIA_MEQ_L
    hypo, no_hypo = high <= HYPOKALEMIA_MEQ_L, low > HYPOKALEMIA_MEQ_L

    def detection(
        condition: str, yes: NDArray[np.bool_], no: NDArray[np.bool_], score: NDArray[np.float64]
    ) -> RangeDetection:
        decided = yes | no
        auc = weighted_auc(yes[decided], score[decided])
        return RangeDetection(
            condition,
            int(decided.sum()),
            int((decided & (low != high)).sum()),
            int((~decided).sum()),
            int(yes.sum()),
            bootstrap_interval(auc, patient_of_row(rows[decided]), n_resamples),
        )

    return detection("Hyperkalemia", hyper, no_hyper, k_meq_l), detection(
        "Hypokalemia", hypo, no_hypo, -k_meq_l
    )
