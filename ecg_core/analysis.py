"""`analyze`: the single path from a record to everything that is known about it.

The app, the command line and batches all use it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ecg_core.annotation.types import Annotation, Cycles, Measurement
from ecg_core.filtering.quality import QualityReport
from ecg_core.filtering.settings import FilterResult
from ecg_core.inference.types import Prediction
from ecg_core.record import ECGRecord


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything known about one ECG."""

    record: ECGRecord  # as read, limb leads completed and marked as derived
    filtered: FilterResult
    quality: QualityReport
    annotation: Annotation
    cycles: dict[str, Cycles]  # by lead, every lead of the record
    measurements: tuple[Measurement, ...]
    predictions: tuple[Prediction, ...]  # one per potassium checkpoint, in registry order
    seconds: dict[str, float]  # wall time of each part
