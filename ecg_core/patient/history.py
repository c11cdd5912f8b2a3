"""Earlier ECGs of a patient: when, what the laboratory said, and what each model estimated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ecg_core.analysis import analyze
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.types import Prediction
from ecg_core.patient.bias import Pair
from ecg_core.record import ECGRecord

MIN_K_MEQ_L, MAX_K_MEQ_L = 1.0, 12.0  # no laboratory value of a living patient lies outside


@dataclass(frozen=True, eq=False)
class EarlierECG:
    """One earlier ECG with its laboratory potassium; `patient` is what its file says, None where it says nothing."""

    name: str
    patient: str | None
    recorded_at: datetime
    laboratory_meq_l: float
    predictions: Mapping[str, Prediction]  # by model

    def __post_init__(self) -> None:
        if not MIN_K_MEQ_L <= self.laboratory_meq_l <= MAX_K_MEQ_L:
            raise ValueError(f"potassium must lie between {MIN_K_MEQ_L:g} and {MAX_K_MEQ_L:g} mEq/L")


def earlier_ecg(
    record: ECGRecord,
    laboratory_meq_l: float,
    recorded_at: datetime,
    checkpoints: Sequence[Checkpoint],
) -> EarlierECG:
    """What every model says of the record, beside its laboratory value. Raises like `analyze`."""
    predictions = analyze(record, checkpoints=checkpoints).predictions
    return EarlierECG(
        record.source.name,
        record.patient.identifier,
        recorded_at.replace(tzinfo=None),
        laboratory_meq_l,
        {prediction.model: prediction for prediction in predictions},
    )


def by_time(earlier: Sequence[EarlierECG]) -> tuple[EarlierECG, ...]:
    """The oldest first."""
    return tuple(sorted(earlier, key=lambda one: one.recorded_at))


def pairs_of(earlier: Sequence[EarlierECG], model: str) -> tuple[Pair, ...]:
    """What this model estimated beside the laboratory values; ECGs from which it abstained are left out."""
    return tuple(
        Pair(prediction.k_meq_l, one.laboratory_meq_l)
        for one in earlier
        if (prediction := one.predictions.get(model)) is not None and not prediction.abstained
    )


def other_patients(earlier: Sequence[EarlierECG], patient: str | None) -> tuple[EarlierECG, ...]:
    """Those whose file names another patient than `patient`; where either says nothing, nobody can tell."""
    return tuple(one for one in earlier if patient and one.patient and one.patient != patient)
