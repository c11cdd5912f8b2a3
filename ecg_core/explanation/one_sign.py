"""What would have to change: the patient's own ECG with one sign of potassium moved at a time, estimated again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ecg_core.analysis import Analysis
from ecg_core.errors import SignalError
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.predict import AnnotatedECG, predict
from ecg_core.leads import INDEPENDENT_LEADS, STANDARD_LEADS, standard_from_independent
from ecg_core.record import ECGRecord
from ecg_core.simulation.effects import BeatChange
from ecg_core.simulation.landmarks import find_landmarks
from ecg_core.simulation.morph import morph

LONGEST_S = 10.0  # of a longer recording its beginning stands for all of it
LEAST_SHIFT_MEQ_L = 0.03  # a smaller one is not told from none

Progress = Callable[[float], object]  # from 0 to 1


@dataclass(frozen=True)
class SignChange:
    """One sign moved by a stated amount, upwards or downwards; `amount` in `unit` (percent of its size, or mV)."""

    sign: str
    words: str
    amount: float
    unit: str
    change: BeatChange


@dataclass(frozen=True)
class Shift:
    """What the estimate does when a sign is moved; NaN where the model then abstains."""

    moved: SignChange
    k_meq_l: float
    shift_meq_l: float

    @property
    def amount_per_meq_l(self) -> float:
        """How far the sign would have to move for 1 mEq/L if it went on in a straight line; NaN if it hardly matters."""
        if not abs(self.shift_meq_l) >= LEAST_SHIFT_MEQ_L:
            return math.nan
        return self.moved.amount / abs(self.shift_meq_l)


# About what 2 mEq/L do to the typical simulated patient, rounded; ST and U as below 3.5 mEq/L.
CHANGES = (
    SignChange("T width", "T 20 % narrower", 20.0, "%", BeatChange(t_width=0.8)),
    SignChange("T width", "T 20 % wider", 20.0, "%", BeatChange(t_width=1.2)),
    SignChange("T height", "T 30 % taller", 30.0, "%", BeatChange(t_gain=1.3)),
    SignChange("T height", "T 30 % lower", 30.0, "%", BeatChange(t_gain=0.7)),
    SignChange("P height", "P 40 % lower", 40.0, "%", BeatChange(p_gain=0.6)),
    SignChange("P height", "P 40 % taller", 40.0, "%", BeatChange(p_gain=1.4)),
    SignChange("QRS width", "QRS 25 % wider", 25.0, "%", BeatChange(qrs_width=1.25)),
    SignChange("U wave", "U wave of 1 mm added", 0.1, "mV", BeatChange(u_mv=0.1)),
    SignChange("ST", "ST 0.5 mm lower", 0.05, "mV", BeatChange(st_mv=-0.05)),
)


def shifts(
    analysis: Analysis, checkpoint: Checkpoint, progress: Progress = lambda share: None
) -> tuple[float, tuple[Shift, ...]]:
    """The estimate for the ECG as it is, made the same way, and its shift for each of `CHANGES`.

    Raises SignalError where signs cannot be moved: fewer than twelve leads, gaps, fewer than two beats.
    """
    base = twelve_leads(analysis)
    standard = analysis.automatic.standard_record
    quality = analysis.quality if base.n_samples == standard.n_samples else assess_quality(base, base)
    found = AnnotatedECG.as_trained(base, quality)
    landmarks = find_landmarks(found.annotation)
    signal_mv = base.select(INDEPENDENT_LEADS).signal_mv

    def changed(change: BeatChange) -> AnnotatedECG:
        moved = morph(signal_mv, base.fs_hz, landmarks, change)
        record = replace(base, signal_mv=standard_from_independent(moved), simulated=True)
        return AnnotatedECG.as_trained(record, quality)

    as_it_is = predict(checkpoint, found).k_meq_l
    rows = tuple(_shifts(checkpoint, as_it_is, changed, progress))
    return as_it_is, rows


def _shifts(
    checkpoint: Checkpoint,
    as_it_is: float,
    changed: Callable[[BeatChange], AnnotatedECG],
    progress: Progress,
) -> Iterator[Shift]:
    for number, moved in enumerate(CHANGES, start=1):
        k_meq_l = predict(checkpoint, changed(moved.change)).k_meq_l
        progress(number / len(CHANGES))
        yield Shift(moved, k_meq_l, k_meq_l - as_it_is)


def twelve_leads(analysis: Analysis) -> ECGRecord:
    """The first 10 s of the filtered record in twelve leads. Raises SignalError where leads or samples are missing."""
    record = analysis.automatic.standard_record
    missing = [lead for lead in INDEPENDENT_LEADS if lead not in record.leads]
    if missing:
        raise SignalError(
            f"Signs can only be moved in an ECG with twelve leads; {', '.join(missing)} are missing."
        )
    n_samples = min(record.n_samples, round(LONGEST_S * record.fs_hz))
    signal_mv = record.select(INDEPENDENT_LEADS).signal_mv[:, :n_samples]
    if not np.isfinite(signal_mv).all():
        raise SignalError(
            "Signs can only be moved in an ECG without gaps; parts of this one were not recorded."
        )
    return replace(
        record,
        signal_mv=standard_from_independent(signal_mv),
        leads=STANDARD_LEADS,
        derived_leads=frozenset(),
    )
