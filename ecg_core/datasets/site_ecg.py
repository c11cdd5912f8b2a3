"""A site's own ECG with its laboratory potassium, not yet opened."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from ecg_core.datasets.base_ecg import Split
from ecg_core.datasets.potassium import LabelledECG
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord, Patient, Sex


@dataclass(frozen=True)
class PotassiumLabel:
    """A laboratory potassium in mEq/L: a value, or only a range (`> 9` is 9 to infinity). Ends belong to it."""

    low_meq_l: float
    high_meq_l: float

    @property
    def k_meq_l(self) -> float:
        """The value; NaN for a range."""
        return self.low_meq_l if self.is_value else math.nan

    @property
    def is_value(self) -> bool:
        """Whether one number is known. A range says which class an ECG is of, and nothing about errors."""
        return self.low_meq_l == self.high_meq_l


@dataclass(frozen=True)
class SiteECG:
    """One row of a manifest: where the ECG is, whose, and what the laboratory found `drawn_after` it was recorded.

    `groups` holds the manifest's further columns, for results by subgroup.
    """

    row: int  # as a spreadsheet counts
    path: Path
    record_id: str
    patient_id: str
    split: Split
    potassium: PotassiumLabel
    recorded_at: datetime
    drawn_after: timedelta
    age_years: float | None = None
    sex: Sex | None = None
    groups: Mapping[str, str] = field(default_factory=dict)

    def read(self) -> ECGRecord:
        """The record, with the manifest's age and sex where it states them. Raises like `open_ecg`."""
        record = open_ecg(self.path)
        patient = Patient(
            record.patient.identifier,
            record.patient.age_years if self.age_years is None else self.age_years,
            self.sex or record.patient.sex,
        )
        return replace(record, patient=patient)

    def labelled(self) -> LabelledECG:
        """As training and assessment take it. Its potassium is NaN where only a range is known."""
        return LabelledECG(
            self.read(), self.potassium.k_meq_l, self.record_id, self.patient_id, self.record_id, self.split
        )
