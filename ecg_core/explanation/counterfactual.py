"""The patient's own median beat as it might look at a potassium 1 mEq/L lower or higher: simulated."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ecg_core.analysis import Analysis
from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.cycles import cut_cycles
from ecg_core.annotation.types import Annotation
from ecg_core.explanation.one_sign import twelve_leads
from ecg_core.record import ECGRecord
from ecg_core.simulation.effects import TYPICAL_PATIENT
from ecg_core.simulation.simulate import simulate_potassium

STEP_MEQ_L = 1.0
LEADS = ("II", "V3", "V5")
USUAL_K_MEQ_L = 4.2  # from where the typical patient is moved where no estimate is known


@dataclass(frozen=True, eq=False)
class MovedBeat:
    """Median beats `(512,)` mV by lead at `moved_by_meq_l` from today; 0 is the beat as recorded."""

    moved_by_meq_l: float
    beats_mv: dict[str, NDArray[np.float32]]


def moved_beats(analysis: Analysis, k_meq_l: float, step_meq_l: float = STEP_MEQ_L) -> tuple[MovedBeat, ...]:
    """Today's median beats and those moved down and up by `step_meq_l`, in that order: down, today, up.

    Moved as the typical simulated patient would answer whose ECG today goes with `k_meq_l` (NaN: 4.2). Raises SignalError
    where it cannot be simulated: fewer than twelve leads, gaps, fewer than two beats.
    """
    base = twelve_leads(analysis)
    annotation = annotate(base)
    today = k_meq_l if np.isfinite(k_meq_l) else USUAL_K_MEQ_L
    patient = replace(TYPICAL_PATIENT, own_normal_meq_l=today)

    def at(distance: float) -> ECGRecord:
        rng = np.random.default_rng(0)  # nothing but the beat of an irregular rhythm is drawn
        return simulate_potassium(base, annotation, today + distance, rng, patient, unrelated=False)

    lower, higher = at(-step_meq_l), at(step_meq_l)
    return (
        MovedBeat(-step_meq_l, _medians(lower, annotate(lower))),
        MovedBeat(0.0, _medians(base, annotation)),
        MovedBeat(step_meq_l, _medians(higher, annotate(higher))),
    )


def _medians(record: ECGRecord, annotation: Annotation) -> dict[str, NDArray[np.float32]]:
    cycles = cut_cycles(record.select(LEADS), annotation)
    return {lead: cycles[lead].median_mv for lead in LEADS}
