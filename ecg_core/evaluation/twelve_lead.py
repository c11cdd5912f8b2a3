"""How good findings and ECG age are: areas under the curves and errors, each with a bootstrap interval.

An evaluation table has a row per record: `record_id`, `age_years` and `age_estimate` with `age_low` and `age_high`,
and for each finding `true_<code>` (0 or 1) and `p_<code>`, its probability.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.errors import ECGError
from ecg_core.evaluation.bootstrap import (
    Weighted,
    WithInterval,
    bootstrap_interval,
    weighted_auc,
    weighted_mean,
)
from ecg_core.twelve_lead.types import FINDINGS, FindingCode

COLUMNS = (
    "record_id",
    "age_years",
    "age_estimate",
    "age_low",
    "age_high",
    *(f"{kind}_{code}" for code in FINDINGS for kind in ("true", "p")),
)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TwelveLeadScores:
    """AUPRC and AUROC of each finding and their means over the six, and what is known of the age's error in years."""

    n_records: int
    n_positive: dict[FindingCode, int]
    auprc: dict[FindingCode, WithInterval]
    auroc: dict[FindingCode, WithInterval]
    mean_auprc: WithInterval
    mean_auroc: WithInterval
    n_ages: int
    age_mae: WithInterval
    age_bias: WithInterval
    age_r: float
    age_coverage: float  # share of ages within the interval


def read_table(path: Path) -> pd.DataFrame:
    """An evaluation table. Raises ECGError when it is missing or lacks a column."""
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise ECGError(f"{path} is not a readable evaluation table.") from error
    missing = [name for name in COLUMNS if name not in table]
    if missing:
        raise ECGError(f"{path} lacks the column{'s' if missing[1:] else ''} {', '.join(missing)}.")
    return table


def score(table: pd.DataFrame, n_resamples: int = 1000) -> TwelveLeadScores:
    """All scores with 95 % intervals over resampled records (the test set names no patients)."""
    truth = {code: table[f"true_{code}"].to_numpy() > 0.5 for code in FINDINGS}
    probability = {code: table[f"p_{code}"].to_numpy(np.float64) for code in FINDINGS}
    precision = {code: weighted_auprc(truth[code], probability[code]) for code in FINDINGS}
    ranking = {code: weighted_auc(truth[code], probability[code]) for code in FINDINGS}
    rows = np.arange(len(table))

    def interval(statistic: Weighted) -> WithInterval:
        return bootstrap_interval(statistic, rows, n_resamples)

    known = table[table["age_years"].notna() & table["age_estimate"].notna()]
    age, estimate = (known[name].to_numpy(np.float64) for name in ("age_years", "age_estimate"))
    inside = (known["age_low"] <= age) & (age <= known["age_high"])
    known_rows = np.arange(len(known))
    return TwelveLeadScores(
        n_records=len(table),
        n_positive={code: int(truth[code].sum()) for code in FINDINGS},
        auprc={code: interval(precision[code]) for code in FINDINGS},
        auroc={code: interval(ranking[code]) for code in FINDINGS},
        mean_auprc=interval(_mean_of(precision)),
        mean_auroc=interval(_mean_of(ranking)),
        n_ages=len(known),
        age_mae=bootstrap_interval(weighted_mean(np.abs(estimate - age)), known_rows, n_resamples),
        age_bias=bootstrap_interval(weighted_mean(estimate - age), known_rows, n_resamples),
        age_r=float(np.corrcoef(estimate, age)[0, 1]) if len(known) > 1 else float("nan"),
        age_coverage=float(inside.mean()),
    )


def weighted_auprc(positive: NDArray[np.bool_], value: Floats) -> Weighted:
    """The statistic "average precision", NaN without positives.

    Equal to scikit-learn's `average_precision_score` with `sample_weight`, but sorted once and not once per resample.
    """
    order = np.argsort(-value, kind="stable")
    hit, last = positive[order], np.flatnonzero(np.diff(value[order], append=np.nan) != 0)

    def average_precision(weights: Floats) -> float:
        ordered = weights[order]
        found, called = np.cumsum(ordered * hit)[last], np.cumsum(ordered)[last]
        if not found[-1]:
            return float("nan")
        precision = found / np.maximum(called, 1e-12)
        return float(np.diff(found, prepend=0.0) @ precision / found[-1])

    return average_precision


def best_f1_threshold(positive: NDArray[np.bool_], probability: Floats) -> float:
    """From which probability on a finding is best called, judged by F1; 0.5 without positives."""
    if not positive.any():
        return 0.5
    order = np.argsort(-probability, kind="stable")
    found, called = np.cumsum(positive[order]), np.arange(1, len(order) + 1)
    best = int(np.argmax(2 * found / (called + positive.sum())))
    below = probability[order[best + 1]] if best + 1 < len(order) else 0.0
    return float((probability[order[best]] + below) / 2)


def _mean_of(statistics: Mapping[FindingCode, Weighted]) -> Weighted:
    return lambda weights: float(np.mean([statistic(weights) for statistic in statistics.values()]))
