"""A summary as rows to print, show and download."""

from __future__ import annotations

import math

import pandas as pd

from ecg_core.evaluation.bootstrap import WithInterval
from ecg_core.evaluation.conditions import NAMES
from ecg_core.evaluation.metrics import Detection, Summary

COLUMNS = ("measure", "value", "value_low", "value_high", "unit")


def summary_table(summary: Summary) -> pd.DataFrame:
    """A row per number with the columns `COLUMNS`; the 95 % bounds are NaN where none were computed."""
    rows: list[tuple[str, float | WithInterval, str]] = [
        ("Records with an estimate", summary.n, ""),
        ("Records without (abstained)", summary.n_abstained, ""),
        ("Patients", summary.n_patients, ""),
        ("Mean absolute error", summary.mae_meq_l, "mEq/L"),
        ("Mean absolute error of always the mean", summary.mae_of_mean_meq_l, "mEq/L"),
        ("Root mean square error", summary.rmse_meq_l, "mEq/L"),
        ("Pearson correlation", summary.pearson_r, ""),
        ("Bias (estimate less truth)", summary.bias_meq_l, "mEq/L"),
        ("Limits of agreement, lower", summary.limits_meq_l[0], "mEq/L"),
        ("Limits of agreement, upper", summary.limits_meq_l[1], "mEq/L"),
    ]
    for condition, name in NAMES.items():
        detection: Detection = getattr(summary, condition)
        rows += [
            (f"{name}: records", detection.n_positive, ""),
            (f"{name}: area under the ROC curve", detection.auc, ""),
        ]
        if math.isnan(detection.sensitivity) and math.isnan(detection.specificity):
            continue  # the table holds no probability of it
        rows += [
            (f"{name}: sensitivity at p > 0.5", detection.sensitivity, ""),
            (f"{name}: specificity at p > 0.5", detection.specificity, ""),
        ]
    rows += [
        ("True value inside the interval", summary.coverage, ""),
        ("Mean width of the interval", summary.mean_width_meq_l, "mEq/L"),
    ]
    return pd.DataFrame([_row(*row) for row in rows], columns=list(COLUMNS))


def _row(measure: str, value: float | WithInterval, unit: str) -> tuple[str, float, float, float, str]:
    if isinstance(value, WithInterval):
        return measure, value.value, value.low, value.high, unit
    return measure, value, float("nan"), float("nan"), unit
