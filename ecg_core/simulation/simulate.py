"""One door to the simulation: a real record in, the same record at another potassium level out."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import Annotation
from ecg_core.errors import SignalError
from ecg_core.leads import INDEPENDENT_LEADS, STANDARD_LEADS, standard_from_independent
from ecg_core.record import ECGRecord
from ecg_core.simulation.effects import (
    BeatChange,
    SimulatedPatient,
    combine,
    draw_patient,
    potassium_change,
    unrelated_change,
)
from ecg_core.simulation.landmarks import Landmarks, find_landmarks
from ecg_core.simulation.morph import MorphStyle, draw_style, morph
from ecg_core.simulation.nuisance import add_nuisance
from ecg_core.simulation.other_causes import draw_causes, with_cause
from ecg_core.simulation.warp import inverse_warp, lengthened, target_landmarks

Signal = NDArray[np.float32]

_LEAST_RR_S = 0.3  # of the median beat: 200 per minute
_SPARE_S = 0.3


def simulate_potassium(
    base: ECGRecord,
    annotation: Annotation,
    k_meq_l: float,
    rng: np.random.Generator,
    patient: SimulatedPatient | None = None,
    unrelated: bool = True,
    style: MorphStyle | None = None,
) -> ECGRecord:
    """`base` (filtered, twelve leads, no gaps) as it might look at `k_meq_l`, marked as simulated.

    `patient` says how strongly it answers (drawn when not given). `unrelated` adds what has nothing to do with
    potassium, as training wants: other conditions, changes of beat shape and rate, gain, filters and noise;
    and the way of changing is drawn, where `style` does not say it. Without it only the potassium effect is applied,
    as an illustration wants. Raises SignalError for fewer than two beats, missing leads or gaps, ValueError for a potassium
    that is not a number.
    """
    if not np.isfinite(k_meq_l):
        raise ValueError(f"potassium must be a number, not {k_meq_l}")
    signal_mv = _independent_leads(base)
    landmarks = find_landmarks(annotation)
    patient = patient or draw_patient(rng)
    change = potassium_change(k_meq_l, patient)
    if unrelated:
        signal_mv, change = _with_other_causes(signal_mv, base.fs_hz, landmarks, change, rng)
        drawn = draw_style(rng)
        changed = _morphed(signal_mv, base.fs_hz, landmarks, change, style or drawn, rng)
        changed = add_nuisance(changed, base.fs_hz, rng)
    else:
        changed = _morphed(signal_mv, base.fs_hz, landmarks, change, style or MorphStyle(), rng)
    return replace(
        base,
        signal_mv=standard_from_independent(changed),
        leads=STANDARD_LEADS,
        derived_leads=frozenset(),
        simulated=True,
        notes=(*base.notes, f"Potassium {k_meq_l:.1f} mEq/L simulated over a real ECG"),
    )


def _independent_leads(base: ECGRecord) -> Signal:
    missing = [name for name in INDEPENDENT_LEADS if name not in base.leads]
    if missing:
        raise SignalError(
            f"Potassium can only be simulated over twelve leads; {', '.join(missing)} are missing."
        )
    signal_mv = base.select(INDEPENDENT_LEADS).signal_mv
    if not np.isfinite(signal_mv).all():
        raise SignalError("Potassium can only be simulated over a recording without gaps.")
    return signal_mv


def _with_other_causes(
    signal_mv: Signal, fs_hz: float, landmarks: Landmarks, change: BeatChange, rng: np.random.Generator
) -> tuple[Signal, BeatChange]:
    """The signal with what other causes add, and the change with what they change."""
    causes = draw_causes(rng)
    for cause in causes:
        signal_mv = with_cause(signal_mv, fs_hz, landmarks, cause, rng)
    changes = [cause.change for cause in causes]
    return signal_mv, reduce(combine, [*changes, unrelated_change(rng)], change)


def _morphed(
    signal_mv: Signal,
    fs_hz: float,
    landmarks: Landmarks,
    change: BeatChange,
    style: MorphStyle,
    rng: np.random.Generator,
) -> Signal:
    """As long as before: beats are repeated where the changed ones end early."""
    n_samples = signal_mv.shape[1]
    rr_s = float(np.median(np.diff(landmarks.knots_s[:, Landmarks.R])))
    change = replace(change, rr=max(change.rr, min(1.0, _LEAST_RR_S / rr_s)))
    needed_s = _needed_s(landmarks, change, (n_samples - 1) / fs_hz)
    if needed_s > (n_samples - 1) / fs_hz or change.irregularity > 0.0:
        margin = 1.0 + 2 * change.irregularity
        signal_mv, landmarks = lengthened(signal_mv, fs_hz, landmarks, margin * needed_s + _SPARE_S)
    factors = np.exp(change.irregularity * rng.standard_normal(len(landmarks.knots_s) - 1))
    return morph(signal_mv, fs_hz, landmarks, change, style, factors, n_samples)


def _needed_s(landmarks: Landmarks, change: BeatChange, end_s: float) -> float:
    """Which moment of the source, were it long enough, the end of the result shows at the latest."""
    target = target_landmarks(landmarks, change)
    shown_s = float(inverse_warp(landmarks.knots_s, target, np.array([end_s]))[0])
    return max(shown_s, end_s / change.rr) if change.rr < 1.0 else shown_s
