"""From raw outputs on held-out records to probabilities, thresholds and an interval of the age."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ecg_core.evaluation.twelve_lead import best_f1_threshold
from ecg_core.training.twelve_lead_batches import MEAN_AGE_YEARS, STD_AGE_YEARS
from ecg_core.training.twelve_lead_loop import N_FINDINGS
from ecg_core.twelve_lead.card import AgeCalibration, FindingCalibration
from ecg_core.twelve_lead.types import FINDINGS, FindingCode

AGE_COVERAGE = 0.9
_LEAST_AGES = 20
_MIN_SLOPE = 0.05  # a calibration never turns the order of the records around
_UNCALIBRATED = FindingCalibration(1.0, 0.0, 0.5)

Floats = NDArray[np.float64]


def calibrate_findings(
    outputs: Floats, findings: NDArray[np.float32]
) -> dict[FindingCode, FindingCalibration]:
    """Platt's scaling and the threshold of greatest F1, by finding; a finding that no record (or every one) has stays as it is."""
    return {
        code: _calibrate(outputs[:, column], findings[:, column] > 0.5)
        for column, code in enumerate(FINDINGS)
    }


def _calibrate(logit: Floats, positive: NDArray[np.bool_]) -> FindingCalibration:
    if positive.all() or not positive.any():
        return _UNCALIBRATED
    fitted = LogisticRegression(C=10.0).fit(logit[:, None], positive)
    slope = max(float(fitted.coef_[0, 0]), _MIN_SLOPE)
    calibration = FindingCalibration(slope, float(fitted.intercept_[0]), 0.5)
    threshold = best_f1_threshold(positive, calibration.probability(logit))
    return FindingCalibration(calibration.slope, calibration.intercept, threshold)


def calibrate_age(outputs: Floats, age_years: NDArray[np.float32]) -> AgeCalibration:
    """The interval that holds nine of ten held-out ages (split-conformal, each side by itself); infinite with too few."""
    known = np.isfinite(age_years)
    rest = age_years[known] - (MEAN_AGE_YEARS + STD_AGE_YEARS * outputs[known, N_FINDINGS])
    if rest.size < _LEAST_AGES:
        return AgeCalibration(MEAN_AGE_YEARS, STD_AGE_YEARS, -np.inf, np.inf)
    reach = min(1.0, np.ceil((rest.size + 1) * (1 + AGE_COVERAGE) / 2) / rest.size)
    low, high = np.quantile(rest, [1 - reach, reach])
    return AgeCalibration(MEAN_AGE_YEARS, STD_AGE_YEARS, float(low), float(high))
