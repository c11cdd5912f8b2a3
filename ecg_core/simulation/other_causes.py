"""What changes an ECG besides potassium: conditions that look like its signs, drawn independently of the level.

Each takes the typical size and place of the textbook sign (Surawicz & Knilans, Chou's Electrocardiography, 6th ed.;
AHA/ACCF/HRS 2009 for bundle branch block). It is laid over the real ECG before potassium is, so that a simulated
patient may have both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.simulation.effects import BeatChange
from ecg_core.simulation.fibrillation import f_waves
from ecg_core.simulation.landmarks import Landmarks
from ecg_core.simulation.waves import bells, with_gains

Floats = NDArray[np.float64]
_N_LEADS = len(INDEPENDENT_LEADS)


def _leads(**mv: float) -> Floats:
    """A vector over `INDEPENDENT_LEADS`, 0 where not named."""
    return np.array([mv.get(lead, 0.0) for lead in INDEPENDENT_LEADS])


_ANTERIOR = _leads(V1=0.5, V2=1.0, V3=1.0, V4=0.8, V5=0.3)
_LATERAL = _leads(I=0.8, V4=0.3, V5=1.0, V6=1.0)
_INFERIOR = _leads(I=-0.4, II=1.0, V6=0.3)
_TERRITORIES = (_ANTERIOR, _LATERAL, _INFERIOR, _LATERAL + 0.5 * _INFERIOR)
_LATE_RIGHT = _leads(I=-0.5, II=-0.2, V1=1.0, V2=0.6, V5=-0.4, V6=-0.6)
_RIGHT_T = _leads(V1=-1.0, V2=-0.6)
_LEFT = _leads(I=1.0, II=0.4, V1=-0.8, V2=-0.9, V3=-0.5, V5=1.0, V6=1.0)


@dataclass(frozen=True, eq=False)
class AddedWave:
    """A bell on every beat: `mv` `(8,)` at a knot, or between two (4.5 is midway from J to T onset), `delay_s` later."""

    mv: Floats
    knot: float
    sigma_s: float
    delay_s: float = 0.0


@dataclass(frozen=True, eq=False)
class Cause:
    """What a condition does: to all leads alike (`change`), to the height of QRS and T in each lead, and what it adds."""

    change: BeatChange = field(default_factory=BeatChange)
    qrs_gain: Floats = field(default_factory=lambda: np.ones(_N_LEADS))
    t_gain: Floats = field(default_factory=lambda: np.ones(_N_LEADS))
    added: tuple[AddedWave, ...] = ()
    fibrillates: bool = False


def _early_repolarisation(rng: np.random.Generator) -> Cause:
    lift = rng.uniform(0.05, 0.2)
    gain = 1.0 + rng.uniform(0.4, 1.6) * np.clip(_ANTERIOR + 0.5 * _LATERAL + 0.3 * _INFERIOR.clip(0), 0, 1)
    st = AddedWave(lift * (_ANTERIOR + 0.5 * _LATERAL), 4.3, 0.05)
    return Cause(BeatChange(t_width=rng.uniform(0.9, 1.1)), t_gain=gain, added=(st,))


def _left_ventricular_hypertrophy(rng: np.random.Generator) -> Cause:
    gain = 1.0 + rng.uniform(0.3, 1.0) * np.clip(np.abs(_LEFT), 0, 1)
    strain = rng.choice([0.0, 1.0]) * rng.uniform(0.3, 1.0)
    st = AddedWave(-0.12 * strain * _LEFT, 4.5, 0.06)
    t = AddedWave(-0.35 * strain * _LEFT, 6.0, 0.05)
    return Cause(BeatChange(qrs_width=rng.uniform(1.0, 1.15)), qrs_gain=gain, added=(st, t))


def _right_bundle_branch_block(rng: np.random.Generator) -> Cause:
    height = rng.uniform(0.2, 0.8)
    late = AddedWave(height * _LATE_RIGHT, 4.0, rng.uniform(0.012, 0.022), 0.015)
    t = AddedWave(0.4 * height * _RIGHT_T, 6.0, 0.05)
    return Cause(BeatChange(qrs_width=rng.uniform(1.05, 1.3)), added=(late, t))


def _left_bundle_branch_block(rng: np.random.Generator) -> Cause:
    height = rng.uniform(0.1, 0.35)
    st, t = AddedWave(-0.4 * height * _LEFT, 4.5, 0.06), AddedWave(-height * _LEFT, 6.0, 0.06)
    wide = BeatChange(qrs_width=rng.uniform(1.3, 1.8), qrs_slur_ms=rng.uniform(4.0, 12.0))
    return Cause(wide, added=(AddedWave(2.0 * height * _LEFT, 3.6, 0.025), st, t))


def _conduction_delay(rng: np.random.Generator) -> Cause:
    slur_ms = rng.uniform(1.0, 8.0)
    return Cause(BeatChange(qrs_width=rng.uniform(1.1, 1.5), qrs_slur_ms=slur_ms))


def _digitalis(rng: np.random.Generator) -> Cause:
    scoop = AddedWave(-rng.uniform(0.05, 0.2) * (_LATERAL + 0.5 * _INFERIOR), 4.7, 0.05)
    change = BeatChange(
        t_gain=rng.uniform(0.5, 0.9), t_width=rng.uniform(0.8, 1.0), pr_segment=rng.uniform(1.0, 1.4)
    )
    return Cause(change, added=(scoop,))


def _ischemia(rng: np.random.Generator) -> Cause:
    place = _TERRITORIES[rng.integers(len(_TERRITORIES))]
    st = AddedWave(rng.uniform(-0.2, 0.25) * place, 4.5, 0.06)
    t = AddedWave(rng.uniform(-0.5, 0.4) * place, 6.0, rng.uniform(0.035, 0.06))
    return Cause(BeatChange(t_width=rng.uniform(0.95, 1.2)), added=(st, t))


def _flat_t(rng: np.random.Generator) -> Cause:
    return Cause(
        BeatChange(t_gain=rng.uniform(0.25, 0.7), t_width=rng.uniform(0.85, 1.2), st_mv=rng.uniform(-0.04, 0))
    )


def _tall_t(rng: np.random.Generator) -> Cause:
    return Cause(BeatChange(t_gain=rng.uniform(1.3, 2.2), t_width=rng.uniform(0.85, 1.1)))


def _long_qt(rng: np.random.Generator) -> Cause:
    return Cause(BeatChange(t_width=rng.uniform(1.1, 1.4), t_gain=rng.uniform(0.7, 1.1)))


def _u_wave(rng: np.random.Generator) -> Cause:
    return Cause(BeatChange(u_mv=rng.uniform(0.03, 0.1)))


def _slow_av_conduction(rng: np.random.Generator) -> Cause:
    return Cause(BeatChange(pr_segment=rng.uniform(1.3, 2.2), p_width=rng.uniform(0.9, 1.3)))


def _large_p(rng: np.random.Generator) -> Cause:
    return Cause(BeatChange(p_gain=rng.uniform(1.3, 2.0), p_width=rng.uniform(0.9, 1.3)))


def _low_voltage(rng: np.random.Generator) -> Cause:
    gain = rng.uniform(0.35, 0.7)
    return Cause(qrs_gain=np.full(_N_LEADS, gain), t_gain=np.full(_N_LEADS, rng.uniform(gain, 1.0)))


def _bradycardia(rng: np.random.Generator) -> Cause:
    return Cause(BeatChange(rr=rng.uniform(1.2, 1.6)))


def _tachycardia(rng: np.random.Generator) -> Cause:
    return Cause(BeatChange(rr=rng.uniform(0.6, 0.8)))


def _junctional(rng: np.random.Generator) -> Cause:
    return Cause(BeatChange(p_gain=rng.uniform(0.0, 0.2), rr=rng.uniform(0.9, 1.4)))


def _fibrillation(rng: np.random.Generator) -> Cause:
    change = BeatChange(p_gain=0.0, irregularity=rng.uniform(0.1, 0.28), rr=rng.uniform(0.75, 1.1))
    return Cause(change, fibrillates=True)


# How often each is laid over a base, which may have conditions of its own.
CAUSES: tuple[tuple[float, Callable[[np.random.Generator], Cause]], ...] = (
    (0.05, _early_repolarisation),
    (0.08, _left_ventricular_hypertrophy),
    (0.02, _right_bundle_branch_block),
    (0.02, _left_bundle_branch_block),
    (0.03, _conduction_delay),
    (0.04, _digitalis),
    (0.10, _ischemia),
    (0.08, _flat_t),
    (0.04, _tall_t),
    (0.06, _long_qt),
    (0.06, _u_wave),
    (0.05, _slow_av_conduction),
    (0.06, _large_p),
    (0.05, _low_voltage),
    (0.04, _bradycardia),
    (0.10, _tachycardia),
    (0.02, _junctional),
    (0.05, _fibrillation),
)


def draw_causes(rng: np.random.Generator) -> list[Cause]:
    """The conditions of one simulated patient; most have none or one. Conditions that set the rate exclude each other."""
    causes: list[Cause] = []
    for probability, draw in CAUSES:
        chosen, cause = rng.random() < probability, draw(rng)
        if chosen and not (cause.change.rr != 1.0 and any(other.change.rr != 1.0 for other in causes)):
            causes.append(cause)
    return causes


def with_cause(
    signal_mv: NDArray[np.float32], fs_hz: float, landmarks: Landmarks, cause: Cause, rng: np.random.Generator
) -> NDArray[np.float32]:
    """`(8, samples)` with the heights and additions of `cause`; its `change` is left to `morph`."""
    time_s = np.arange(signal_mv.shape[1]) / fs_hz
    knots = landmarks.knots_s
    changed = with_gains(signal_mv, time_s, landmarks, cause.qrs_gain, cause.t_gain)
    for wave in cause.added:
        below = int(wave.knot)
        part = wave.knot - below
        at_s = (1 - part) * knots[:, below] + part * knots[:, min(below + 1, knots.shape[1] - 1)]
        scale = landmarks.root_rr if wave.knot > Landmarks.J else np.ones(len(knots))
        course = bells(time_s, at_s + wave.delay_s, wave.sigma_s * scale)
        changed += wave.mv[:, None] * course
    if cause.fibrillates:
        changed += f_waves(time_s, len(changed), rng)
    return changed.astype(np.float32)
