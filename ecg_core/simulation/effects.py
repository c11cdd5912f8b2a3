"""From a potassium level to the changes it makes in one simulated patient's beats.

The sizes come from: class medians of T width, T slope and P amplitude in about 100 emergency ECGs
with laboratory potassium (Tw50 in V5 148, 112, 105, 87, 82 ms from <= 2.5 to >= 6.5 mEq/L); the
slopes per mEq/L of 163,547 primary-care patients (QTcF +12.8 ms, T -43 uV, PR +4.6 ms, P +3.5 uV
per 1 mEq/L fall below 4.2); and the prevalence of wide QRS (31.6 %), first-degree block and
bradycardia (18.4 % each) above 7 mEq/L. Spread between patients is wide on purpose: many severe
cases look normal, and the networks must meet such.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Per mEq/L of distance from the patient's own normal level; natural-log slopes unless a unit is named.
HYPER_T_WIDTH = -0.095
HYPER_T_GAIN = 0.085
HYPER_PR = 0.045
HYPER_P_GAIN = -0.20
HYPER_P_WIDTH = 0.06
HYPER_QRS_WIDTH = 0.22  # from the patient's own QRS onset level
HYPER_RR = 0.10  # from the QRS onset level, in the share that slows
HYPER_SLUR_MS = 6.0  # smoothing of the QRS, from the QRS onset level
HYPO_T_WIDTH = 0.17
HYPO_T_GAIN = -0.30
HYPO_PR = 0.030
HYPO_P_GAIN = 0.04
HYPO_ST_MV = 0.030
HYPO_U_MV = 0.060

NON_RESPONDER_SHARE = 0.15
BRADYCARDIA_SHARE = 0.35
QRS_ONSET_RANGE_MEQ_L = (6.0, 8.0)
P_LOSS_RANGE_MEQ_L = (6.8, 9.0)
SINE_ONSET_RANGE_MEQ_L = (8.0, 10.0)
U_ONSET_MEQ_L = 3.7


@dataclass(frozen=True)
class SimulatedPatient:
    """How one patient answers to potassium; drawn once per simulated patient."""

    own_normal_meq_l: float
    sensitivity: float
    t_weight: float
    p_weight: float
    qrs_weight: float
    u_weight: float
    qrs_onset_meq_l: float
    p_loss_meq_l: float
    sine_onset_meq_l: float
    slows: bool


# The middle of what `draw_patient` draws, for illustrations.
TYPICAL_PATIENT = SimulatedPatient(
    own_normal_meq_l=4.2,
    sensitivity=1.0,
    t_weight=1.0,
    p_weight=1.0,
    qrs_weight=1.0,
    u_weight=1.0,
    qrs_onset_meq_l=7.0,
    p_loss_meq_l=7.9,
    sine_onset_meq_l=9.0,
    slows=True,
)


@dataclass(frozen=True)
class BeatChange:
    """What is done to every beat. Widths and intervals are factors of time, gains of amplitude; 1 changes nothing."""

    p_gain: float = 1.0
    p_width: float = 1.0
    pr_segment: float = 1.0
    qrs_width: float = 1.0
    qrs_slur_ms: float = 0.0
    t_gain: float = 1.0
    t_width: float = 1.0
    st_mv: float = 0.0  # added along the T wave's direction; negative is depression where T is upright
    u_mv: float = 0.0  # added along the T wave's direction
    sine_weight: float = 0.0  # 0 no fusion, 1 QRS and T fused into a sine wave
    rr: float = 1.0


def draw_patient(rng: np.random.Generator) -> SimulatedPatient:
    """A patient with own baseline, sensitivity, dominant sign and onset levels."""

    def weight(spread: float) -> float:
        return float(rng.lognormal(0.0, spread))

    responds = rng.random() >= NON_RESPONDER_SHARE
    return SimulatedPatient(
        own_normal_meq_l=float(np.clip(rng.normal(4.2, 0.3), 3.6, 5.0)),
        sensitivity=weight(0.3) if responds else 0.25 * weight(0.3),
        t_weight=weight(0.4),
        p_weight=weight(0.4),
        qrs_weight=weight(0.4),
        u_weight=weight(0.5),
        qrs_onset_meq_l=float(rng.uniform(*QRS_ONSET_RANGE_MEQ_L)),
        p_loss_meq_l=float(rng.uniform(*P_LOSS_RANGE_MEQ_L)),
        sine_onset_meq_l=float(rng.uniform(*SINE_ONSET_RANGE_MEQ_L)),
        slows=bool(rng.random() < BRADYCARDIA_SHARE),
    )


def potassium_change(k_meq_l: float, patient: SimulatedPatient) -> BeatChange:
    """The change of beat shape at potassium `k_meq_l` in this patient."""
    distance = k_meq_l - patient.own_normal_meq_l
    return _hyper(k_meq_l, distance, patient) if distance > 0 else _hypo(k_meq_l, -distance, patient)


def _hyper(k_meq_l: float, rise: float, patient: SimulatedPatient) -> BeatChange:
    dose = patient.sensitivity * rise
    beyond_onset = patient.sensitivity * patient.qrs_weight * max(0.0, k_meq_l - patient.qrs_onset_meq_l)
    p_left = 1.0 / (1.0 + np.exp(4.0 * patient.sensitivity * (k_meq_l - patient.p_loss_meq_l)))
    return BeatChange(
        p_gain=float(np.exp(HYPER_P_GAIN * patient.p_weight * dose) * p_left),
        p_width=float(np.exp(HYPER_P_WIDTH * patient.p_weight * dose)),
        pr_segment=float(np.exp(HYPER_PR * patient.p_weight * dose)),
        qrs_width=float(min(np.exp(HYPER_QRS_WIDTH * beyond_onset), 2.2)),
        qrs_slur_ms=float(min(HYPER_SLUR_MS * beyond_onset, 20.0)),
        t_gain=float(min(np.exp(HYPER_T_GAIN * patient.t_weight * dose), 3.0)),
        t_width=float(max(np.exp(HYPER_T_WIDTH * patient.t_weight * dose), 0.5)),
        sine_weight=float(np.clip(patient.sensitivity * (k_meq_l - patient.sine_onset_meq_l), 0.0, 0.8)),
        rr=float(np.exp(HYPER_RR * beyond_onset)) if patient.slows else 1.0,
    )


def _hypo(k_meq_l: float, fall: float, patient: SimulatedPatient) -> BeatChange:
    dose = patient.sensitivity * fall
    return BeatChange(
        p_gain=float(np.exp(HYPO_P_GAIN * patient.p_weight * dose)),
        pr_segment=float(np.exp(HYPO_PR * patient.p_weight * dose)),
        t_gain=float(max(np.exp(HYPO_T_GAIN * patient.t_weight * dose), 0.15)),
        t_width=float(min(np.exp(HYPO_T_WIDTH * patient.t_weight * dose), 1.8)),
        st_mv=-HYPO_ST_MV * dose * patient.t_weight,
        u_mv=HYPO_U_MV * patient.sensitivity * patient.u_weight * max(0.0, U_ONSET_MEQ_L - k_meq_l),
    )


def unrelated_change(rng: np.random.Generator) -> BeatChange:
    """A change of the same kinds that has nothing to do with potassium, about as large as between people.

    It is applied at every level, so that the mere trace of a warp tells a network nothing.
    """

    def factor(spread: float) -> float:
        return float(rng.lognormal(0.0, spread))

    return BeatChange(
        p_gain=factor(0.2),
        p_width=factor(0.06),
        pr_segment=factor(0.08),
        qrs_width=factor(0.06),
        t_gain=factor(0.2),
        t_width=factor(0.07),
        st_mv=float(rng.normal(0.0, 0.015)),
        u_mv=abs(float(rng.normal(0.0, 0.012))),
        rr=float(np.exp(abs(rng.normal(0.0, 0.08)))),  # never quicker: the record would end early
    )


def combine(first: BeatChange, second: BeatChange) -> BeatChange:
    """Both changes one after the other: factors multiply, additions add."""
    return BeatChange(
        p_gain=first.p_gain * second.p_gain,
        p_width=first.p_width * second.p_width,
        pr_segment=first.pr_segment * second.pr_segment,
        qrs_width=first.qrs_width * second.qrs_width,
        qrs_slur_ms=first.qrs_slur_ms + second.qrs_slur_ms,
        t_gain=first.t_gain * second.t_gain,
        t_width=first.t_width * second.t_width,
        st_mv=first.st_mv + second.st_mv,
        u_mv=first.u_mv + second.u_mv,
        sine_weight=max(first.sine_weight, second.sine_weight),
        rr=first.rr * second.rr,
    )
