"""One door to the simulation: a real record in, the same record at another potassium level out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecg_core.annotation.types import Annotation
from ecg_core.errors import SignalError
from ecg_core.leads import INDEPENDENT_LEADS, STANDARD_LEADS, standard_from_independent
from ecg_core.record import ECGRecord
from ecg_core.simulation.effects import (
    SimulatedPatient,
    combine,
    draw_patient,
    potassium_change,
    unrelated_change,
)
from ecg_core.simulation.landmarks import find_landmarks
from ecg_core.simulation.morph import morph
from ecg_core.simulation.nuisance import add_nuisance


def simulate_potassium(
    base: ECGRecord,
    annotation: Annotation,
    k_meq_l: float,
    rng: np.random.Generator,
    patient: SimulatedPatient | None = None,
    unrelated: bool = True,
) -> ECGRecord:
    """`base` (filtered, twelve leads, no gaps) as it might look at `k_meq_l`, marked as simulated.

    `patient` says how strongly it answers (drawn when not given). `unrelated` adds changes of beat
    shape, gain and noise that have nothing to do with potassium, as training wants; without it only
    the potassium effect is applied, as an illustration wants. Raises SignalError for fewer than two
    beats, missing leads or gaps, ValueError for a potassium that is not a number.
    """
    if not np.isfinite(k_meq_l):
        raise ValueError(f"potassium must be a number, not {k_meq_l}")
    missing = [name for name in INDEPENDENT_LEADS if name not in base.leads]
    if missing:
        raise SignalError(
            f"Potassium can only be simulated over twelve leads; {', '.join(missing)} are missing."
        )
    signal_mv = base.select(INDEPENDENT_LEADS).signal_mv
    if not np.isfinite(signal_mv).all():
        raise SignalError("Potassium can only be simulated over a recording without gaps.")
    change = potassium_change(k_meq_l, patient or draw_patient(rng))
    if unrelated:
        change = combine(change, unrelated_change(rng))
    changed = morph(signal_mv, base.fs_hz, find_landmarks(annotation), change)
    if unrelated:
        changed = add_nuisance(changed, base.fs_hz, rng)
    return replace(
        base,
        signal_mv=standard_from_independent(changed),
        leads=STANDARD_LEADS,
        derived_leads=frozenset(),
        simulated=True,
        notes=(*base.notes, f"Potassium {k_meq_l:.1f} mEq/L simulated over a real ECG"),
    )
