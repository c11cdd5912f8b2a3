"""What an alarm, or its absence, means where a condition is as common as at the user's own place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.errors import ECGError
from ecg_core.evaluation.bootstrap import Weighted, WithInterval, bootstrap_interval
from ecg_core.evaluation.conditions import NAMES, Condition, has_condition
from ecg_core.evaluation.metrics import ALARM_PROBABILITY, answered, patient_of_row

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class PredictiveValues:
    """Of an alarm for one condition at one prevalence, with 95 % bootstrap intervals over patients.

    `ppv`: share of alarms that are right; `npv`: share of patients without an alarm who do not have the condition.
    """

    prevalence: float
    n: int
    n_positive: int
    sensitivity: WithInterval
    specificity: WithInterval
    ppv: WithInterval
    npv: WithInterval


def predictive_values(
    table: pd.DataFrame, condition: Condition, prevalence: float, n_resamples: int = 1000
) -> PredictiveValues:
    """From sensitivity and specificity in an evaluation table, an alarm being a probability above 0.5 as it stands there.

    PPV = se p / (se p + (1 - sp)(1 - p)), NPV = sp (1 - p) / (sp (1 - p) + (1 - se) p) (Altman and Bland, BMJ
    1994;309:102). Rows without that probability (older tables have none of severe hyperkalemia) do not count. Raises
    ECGError where none is left with or without the condition, ValueError for a prevalence that is not between 0 and 1.
    """
    if not 0.0 < prevalence < 1.0:
        raise ValueError(f"a prevalence lies between 0 and 1; {prevalence} does not")
    rows = answered(table).dropna(subset=[f"p_{condition}"])
    positive = has_condition(condition, rows["k_true_meq_l"].to_numpy())
    if positive.all() or not positive.any():
        raise ECGError(
            f"The table needs patients with and without {NAMES[condition].lower()}, and their probabilities, "
            "to say what an alarm means."
        )
    alarm = rows[f"p_{condition}"].to_numpy() > ALARM_PROBABILITY
    patients = patient_of_row(rows)

    def interval(statistic: Weighted) -> WithInterval:
        return bootstrap_interval(statistic, patients, n_resamples)

    return PredictiveValues(
        prevalence,
        len(rows),
        int(positive.sum()),
        interval(lambda weights: _rates(weights, positive, alarm)[0]),
        interval(lambda weights: _rates(weights, positive, alarm)[1]),
        interval(lambda weights: _ppv(*_rates(weights, positive, alarm), prevalence)),
        interval(lambda weights: _npv(*_rates(weights, positive, alarm), prevalence)),
    )


def _rates(weights: NDArray[np.float64], positive: Bools, alarm: Bools) -> tuple[float, float]:
    """Sensitivity and specificity; NaN where one class is absent."""
    ill, well = weights @ positive, weights @ ~positive
    sensitivity = weights @ (positive & alarm) / ill if ill else np.nan
    specificity = weights @ ~(positive | alarm) / well if well else np.nan
    return float(sensitivity), float(specificity)


def _ppv(sensitivity: float, specificity: float, prevalence: float) -> float:
    right, wrong = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    return right / (right + wrong) if right + wrong else float("nan")


def _npv(sensitivity: float, specificity: float, prevalence: float) -> float:
    right, wrong = specificity * (1 - prevalence), (1 - sensitivity) * prevalence
    return right / (right + wrong) if right + wrong else float("nan")
