"""Measurements of an ECG as a row of numbers, and what is known of the patient, for networks that are fed them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import Annotation, Cycles
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.measurements.axes import AXES
from ecg_core.measurements.intervals import INTERVALS
from ecg_core.measurements.lead_waves import LEAD_WAVES
from ecg_core.measurements.measure import measure
from ecg_core.measurements.rr import HEART_RATE, RMSSD, RR_SD
from ecg_core.record import ECGRecord, Patient

MEASURED_KEYS = (
    *(quantity.key for quantity in (HEART_RATE, RR_SD, RMSSD, *INTERVALS, *AXES)),
    *(f"{quantity.key}_{lead}" for quantity in LEAD_WAVES for lead in INDEPENDENT_LEADS),
)

PATIENT_FACTS = ("age_years", "sex_male")


def patient_row(patient: Patient) -> NDArray[np.float32]:
    """The values of `PATIENT_FACTS`, `(2,)`: years, and 1 or 0; NaN for what the file does not say."""
    age_years = np.nan if patient.age_years is None else patient.age_years
    sex_male = np.nan if patient.sex is None else float(patient.sex == "male")
    return np.array([age_years, sex_male], dtype=np.float32)


def measured_row(
    filtered: ECGRecord, annotation: Annotation, cycles: Mapping[str, Cycles]
) -> NDArray[np.float32]:
    """The medians over beats of `MEASURED_KEYS`, `(len(MEASURED_KEYS),)`; NaN for what could not be measured.

    Only the eight independent leads count: the others say nothing more, and an ECG must give the same row
    whichever of them it has.
    """
    independent = [lead for lead in INDEPENDENT_LEADS if lead in filtered.leads]
    found = {item.key: item.value for item in measure(annotation, filtered.select(independent), cycles)}
    return np.array([found.get(key, np.nan) for key in MEASURED_KEYS], dtype=np.float32)
