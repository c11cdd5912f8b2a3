"""Whether the probabilities of a table from `ecg_core.evaluation.table` can be believed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.evaluation.conditions import Condition, has_condition
from ecg_core.evaluation.metrics import answered


def reliability(
    probability: NDArray[np.floating], happened: NDArray[np.bool_], n_bins: int = 10
) -> pd.DataFrame:
    """Mean prediction, observed share and n in equally wide bins of the prediction; empty bins are absent."""
    bins = np.minimum((probability * n_bins).astype(int), n_bins - 1)
    columns = pd.DataFrame({"predicted": probability, "observed": happened.astype(float), "n": 1})
    return (
        columns.groupby(bins)
        .agg({"predicted": "mean", "observed": "mean", "n": "sum"})
        .reset_index(drop=True)
    )


def class_reliability(table: pd.DataFrame, condition: Condition, n_bins: int = 10) -> pd.DataFrame:
    """`reliability` of the probability of one condition; empty where the table does not hold it."""
    return reliability(*_probability_and_truth(table, condition), n_bins)


def brier_score(table: pd.DataFrame, condition: Condition) -> float:
    """Mean squared error of the probability of one condition; 0 is perfect, NaN where the table does not hold it."""
    probability, happened = _probability_and_truth(table, condition)
    return float(np.square(probability - happened).mean()) if probability.size else float("nan")


def _probability_and_truth(
    table: pd.DataFrame, condition: Condition
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Of the records for which the table holds the probability."""
    rows = answered(table).dropna(subset=[f"p_{condition}"])
    return rows[f"p_{condition}"].to_numpy(), has_condition(condition, rows["k_true_meq_l"].to_numpy())


def expected_calibration_error(bins: pd.DataFrame) -> float:
    """How far predicted and observed shares lie apart in the bins of `reliability`, on average over the records.

    NaN without any bin.
    """
    if bins.empty:
        return float("nan")
    return float(np.average((bins["predicted"] - bins["observed"]).abs(), weights=bins["n"]))
