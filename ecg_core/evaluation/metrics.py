"""How good a model's estimates are: numbers for the evaluation page and the command line.

Every function takes a table from `ecg_core.evaluation.table`; records on which the model abstained are
counted in `Summary.n_abstained` and left out of everything else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from ecg_core.errors import ECGError
from ecg_core.evaluation.bootstrap import WithInterval, bootstrap_interval, weighted_auc, weighted_mean
from ecg_core.evaluation.conditions import Condition, has_condition
from ecg_core.evaluation.ranges import CLINICAL_RANGES, K_RANGES, range_index

ALARM_PROBABILITY = 0.5


@dataclass(frozen=True)
class Detection:
    """Finding one condition: ROC area with K as the score, and both rates at a probability above 0.5 (NaN without any)."""

    n_positive: int
    auc: WithInterval
    sensitivity: float
    specificity: float


@dataclass(frozen=True)
class Summary:
    """One model on one data set; potassium in mEq/L, NaN where a number is not defined."""

    n: int  # records with an estimate
    n_abstained: int
    n_patients: int  # what the bootstrap resamples: see `patient_of_row`
    mae_meq_l: WithInterval
    mae_of_mean_meq_l: float  # of always answering the reference mean
    reference_mean_meq_l: float
    rmse_meq_l: float
    pearson_r: float
    bias_meq_l: float  # estimate less truth
    limits_meq_l: tuple[float, float]  # of agreement (Bland and Altman 1986): bias less and plus 1.96 SD
    hyper: Detection
    hypo: Detection
    severe: Detection
    coverage: float  # share of truths inside the interval, ends included
    mean_width_meq_l: float


def answered(table: pd.DataFrame) -> pd.DataFrame:
    """The records on which the model did not abstain. Raises ECGError when there is none."""
    rows = table[table["k_meq_l"].notna()]
    if rows.empty:
        raise ECGError(
            "The model abstained on every record of this data set, so there is nothing to measure."
        )
    return rows


def patient_of_row(table: pd.DataFrame) -> NDArray[np.str_]:
    """`(rows,)`: the patient, or else the base ECG that a record was simulated from, or else the record."""
    base = table["base"].where(table["base"] != "", table["record_id"])
    patients: NDArray[np.str_] = table["patient_id"].fillna(base).to_numpy(dtype=str)
    return patients


def summarize(
    table: pd.DataFrame, reference_mean_meq_l: float | None = None, n_resamples: int = 1000
) -> Summary:
    """The headline numbers, with 95 % bootstrap intervals for MAE and ROC areas.

    `reference_mean_meq_l` is what the naive answer always says, best the training set's mean; without
    it the mean of these truths, which is a little harder to beat.
    """
    rows = answered(table)
    truth, k, patients = _truth(rows), _estimate(rows), patient_of_row(rows)
    reference = float(truth.mean()) if reference_mean_meq_l is None else reference_mean_meq_l
    error = k - truth
    bias, spread = float(error.mean()), float(error.std(ddof=1)) if len(error) > 1 else float("nan")

    def detection(condition: Condition) -> Detection:
        positive = has_condition(condition, truth)
        known = rows[f"p_{condition}"].notna().to_numpy()
        alarm = rows[f"p_{condition}"].to_numpy() > ALARM_PROBABILITY
        return Detection(
            int(positive.sum()),
            bootstrap_interval(
                weighted_auc(positive, -k if condition == "hypo" else k), patients, n_resamples
            ),
            _recall(positive[known], alarm[known]),
            _recall(~positive[known], ~alarm[known]),
        )

    return Summary(
        n=len(rows),
        n_abstained=len(table) - len(rows),
        n_patients=len(np.unique(patients)),
        mae_meq_l=bootstrap_interval(weighted_mean(np.abs(error)), patients, n_resamples),
        mae_of_mean_meq_l=float(np.abs(truth - reference).mean()),
        reference_mean_meq_l=reference,
        rmse_meq_l=float(np.sqrt(np.square(error).mean())),
        pearson_r=_pearson_r(truth, k),
        bias_meq_l=bias,
        limits_meq_l=(bias - 1.96 * spread, bias + 1.96 * spread),
        hyper=detection("hyper"),
        hypo=detection("hypo"),
        severe=detection("severe"),
        coverage=float(_inside(rows).mean()),
        mean_width_meq_l=float((rows["k_high"] - rows["k_low"]).mean()),
    )


def per_range(table: pd.DataFrame, reference_mean_meq_l: float | None = None) -> pd.DataFrame:
    """A row per true range of `K_RANGES`, NaN where a range is empty.

    Columns: range, n (the support), mae_meq_l, mae_of_mean_meq_l, bias_meq_l (estimate minus truth),
    coverage, and precision, recall, f1 of naming the range.
    """
    rows = answered(table)
    truth, k = _truth(rows), _estimate(rows)
    reference = truth.mean() if reference_mean_meq_l is None else reference_mean_meq_l
    true_range = range_index(truth)
    means = (
        pd.DataFrame(
            {
                "mae_meq_l": np.abs(k - truth),
                "mae_of_mean_meq_l": np.abs(truth - reference),
                "bias_meq_l": k - truth,
                "coverage": _inside(rows),
            }
        )
        .astype(float)
        .groupby(true_range)
        .mean()
        .reindex(range(len(K_RANGES)))
    )
    precision, recall, f1, support = precision_recall_fscore_support(
        true_range, range_index(k), labels=range(len(K_RANGES)), zero_division=np.nan
    )
    means.insert(0, "range", [k_range.label for k_range in K_RANGES])
    means.insert(1, "n", support)
    return means.assign(precision=precision, recall=recall, f1=f1)


def range_coverage(table: pd.DataFrame, n_resamples: int = 500) -> pd.DataFrame:
    """How often the interval held the truth in each true range of `CLINICAL_RANGES`, NaN where one is empty.

    Columns: range, n, coverage with its 95 % bootstrap interval over patients (coverage_low, coverage_high), width_meq_l.
    """
    rows = answered(table)
    inside, true_range = _inside(rows), range_index(_truth(rows), CLINICAL_RANGES)
    width_meq_l, patients = (rows["k_high"] - rows["k_low"]).to_numpy(), patient_of_row(rows)
    found = []
    for index, k_range in enumerate(CLINICAL_RANGES):
        here = true_range == index
        share = WithInterval(np.nan, np.nan, np.nan)
        if here.any():
            share = bootstrap_interval(weighted_mean(inside[here].astype(float)), patients[here], n_resamples)
        width = float(width_meq_l[here].mean()) if here.any() else np.nan
        found.append((k_range.label, int(here.sum()), share.value, share.low, share.high, width))
    names = ["range", "n", "coverage", "coverage_low", "coverage_high", "width_meq_l"]
    return pd.DataFrame(found, columns=names)


def range_confusion(table: pd.DataFrame) -> NDArray[np.int64]:
    """Counts `[true range, estimated range]` in the order of `K_RANGES`."""
    rows = answered(table)
    return _confusion(range_index(_truth(rows)), range_index(_estimate(rows)), len(K_RANGES))


def estimates_per_range(table: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """The estimates of the records in each true range, by the range's label; for boxplots."""
    rows = answered(table)
    true_range, k = range_index(_truth(rows)), _estimate(rows)
    return {k_range.label: k[true_range == index] for index, k_range in enumerate(K_RANGES)}


def _truth(rows: pd.DataFrame) -> NDArray[np.float64]:
    values: NDArray[np.float64] = rows["k_true_meq_l"].to_numpy()
    return values


def _estimate(rows: pd.DataFrame) -> NDArray[np.float64]:
    values: NDArray[np.float64] = rows["k_meq_l"].to_numpy()
    return values


def _inside(rows: pd.DataFrame) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = rows["k_true_meq_l"].between(rows["k_low"], rows["k_high"]).to_numpy()
    return inside


def _recall(positive: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    return float(found[positive].mean()) if positive.any() else float("nan")


def _pearson_r(truth: NDArray[np.float64], k: NDArray[np.float64]) -> float:
    if truth.std() == 0 or k.std() == 0:
        return float("nan")
    return float(np.corrcoef(truth, k)[0, 1])


def _confusion(truth: NDArray[np.intp], found: NDArray[np.intp], n: int) -> NDArray[np.int64]:
    counts: NDArray[np.int64] = confusion_matrix(truth, found, labels=range(n))
    return counts
