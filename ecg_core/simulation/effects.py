"""From a potassium level to the changes it makes in one simulated patient's beats.

The numbers stand in `parameters`. Patients differ widely on purpose: many severe cases look normal, and
the networks must meet such.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecg_core.simulation import parameters as par


@dataclass(frozen=True)
class SimulatedPatient:
    """How one patient answers to potassium; drawn once per simulated patient. Weights are factors on the typical answer."""

    own_normal_meq_l: float
    sensitivity: float
    t_weight: float
    peaking: float
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
    peaking=1.0,
    p_weight=1.0,
    qrs_weight=1.0,
    u_weight=1.0,
    qrs_onset_meq_l=7.0,
    p_loss_meq_l=7.6,
    sine_onset_meq_l=9.2,
    slows=True,
)


@dataclass(frozen=True)
class BeatChange:
    """What is done to every beat. Widths and intervals are factors of time, gains of amplitude; 1 changes nothing."""

    p_gain: float = 1.0
    p_width: float = 1.0
    pr_segment: float = 1.0
    qrs_width: float = 1.0
    qrs_gain: float = 1.0
    qrs_slur_ms: float = 0.0
    t_gain: float = 1.0
    t_width: float = 1.0
    st_mv: float = 0.0  # added along the U direction; negative is depression where T is upright
    u_mv: float = 0.0  # added along the U direction
    u_nearer_s: float = 0.0  # how much nearer to T than usual U peaks
    sine_weight: float = 0.0  # 0 no fusion, 1 QRS and T fused into a sine wave
    rr: float = 1.0
    irregularity: float = 0.0  # SD of the natural log of RR, added to what the rhythm has


def draw_patient(rng: np.random.Generator) -> SimulatedPatient:
    """A patient with own baseline, sensitivity, dominant sign and onset levels."""

    def weight(spread: float) -> float:
        return float(rng.lognormal(0.0, spread))

    muted = rng.random() < par.MUTED_SHARE
    return SimulatedPatient(
        own_normal_meq_l=float(np.clip(rng.normal(par.OWN_NORMAL_MEAN, par.OWN_NORMAL_SD), 3.6, 5.0)),
        sensitivity=weight(par.SENSITIVITY_SPREAD) * (par.MUTED_SENSITIVITY if muted else 1.0),
        t_weight=weight(par.SIGN_SPREAD),
        peaking=weight(par.PEAKING_SPREAD),
        p_weight=weight(par.SIGN_SPREAD),
        qrs_weight=weight(par.SIGN_SPREAD),
        u_weight=weight(par.SIGN_SPREAD),
        qrs_onset_meq_l=float(rng.uniform(par.QRS_ONSET_LOW, par.QRS_ONSET_HIGH)),
        p_loss_meq_l=float(rng.uniform(par.P_LOSS_LOW, par.P_LOSS_HIGH)),
        sine_onset_meq_l=float(rng.uniform(par.SINE_LOW, par.SINE_HIGH)),
        slows=bool(rng.random() < par.SLOWING_SHARE),
    )


def potassium_change(k_meq_l: float, patient: SimulatedPatient) -> BeatChange:
    """The change of beat shape at potassium `k_meq_l` in this patient; none at the patient's own normal level."""
    distance = k_meq_l - patient.own_normal_meq_l
    return _hyper(k_meq_l, distance, patient) if distance > 0 else _hypo(k_meq_l, -distance, patient)


def _hyper(k_meq_l: float, rise: float, patient: SimulatedPatient) -> BeatChange:
    dose = patient.sensitivity * rise
    t_dose, p_dose = patient.t_weight * dose, patient.p_weight * dose
    no_p = patient.sensitivity * max(0.0, k_meq_l - patient.p_loss_meq_l)
    slow = patient.sensitivity * patient.qrs_weight * max(0.0, k_meq_l - patient.qrs_onset_meq_l)
    return BeatChange(
        p_gain=_factor(par.HYPER_P_GAIN * p_dose - par.HYPER_P_LOSS * no_p),
        p_width=min(_factor(par.HYPER_P_WIDTH * p_dose), 1.6),
        pr_segment=min(_factor(par.HYPER_PR * p_dose), 2.5),
        qrs_width=min(_factor(par.HYPER_QRS_WIDTH * slow), 2.2),
        qrs_gain=max(_factor(par.HYPER_QRS_GAIN * dose), 0.6),
        qrs_slur_ms=min(par.HYPER_QRS_SLUR * slow, 20.0),
        t_gain=min(_factor(par.HYPER_T_GAIN * patient.peaking * dose), 3.0),
        t_width=max(_factor(par.HYPER_T_WIDTH * t_dose), float(par.HYPER_T_WIDTH_LEAST)),
        sine_weight=float(np.clip(patient.sensitivity * (k_meq_l - patient.sine_onset_meq_l), 0.0, 0.8)),
        rr=min(_factor(par.HYPER_RR * slow), 1.8) if patient.slows else 1.0,
        irregularity=min(par.HYPER_IRREGULARITY * no_p, 0.2),
    )


def _hypo(k_meq_l: float, fall: float, patient: SimulatedPatient) -> BeatChange:
    dose = patient.sensitivity * fall
    t_dose, p_dose = patient.t_weight * dose, patient.p_weight * dose
    below_onset = max(0.0, min(par.HYPO_U_ONSET, patient.own_normal_meq_l) - k_meq_l)
    u_dose = patient.sensitivity * patient.u_weight * below_onset
    return BeatChange(
        p_gain=min(_factor(par.HYPO_P_GAIN * p_dose), 2.0),
        p_width=min(_factor(par.HYPO_P_WIDTH * p_dose), 1.3),
        pr_segment=min(_factor(par.HYPO_PR * p_dose), 1.4),
        t_gain=max(_factor(par.HYPO_T_GAIN * t_dose), 0.15),
        t_width=min(_factor(par.HYPO_T_WIDTH * t_dose), 1.8),
        st_mv=max(par.HYPO_ST_MV * t_dose, -0.25),
        u_mv=min(par.HYPO_U_MV * u_dose, 0.5),
        u_nearer_s=min(par.HYPO_U_FUSION_S * u_dose, 0.06),
    )


def _factor(log: float) -> float:
    return float(np.exp(log))


def unrelated_change(rng: np.random.Generator) -> BeatChange:
    """A change of the same kinds that has nothing to do with potassium, about as large as between people.

    It is applied at every level, so that the mere trace of a warp tells a network nothing.
    """

    def factor(spread: float, median: float = 1.0) -> float:
        return float(median * rng.lognormal(0.0, spread))

    return BeatChange(
        p_gain=factor(par.OTHER_P_GAIN),
        p_width=factor(par.OTHER_P_WIDTH),
        pr_segment=factor(par.OTHER_PR),
        qrs_width=factor(par.OTHER_QRS_WIDTH),
        qrs_gain=factor(par.OTHER_QRS_GAIN),
        t_gain=factor(par.OTHER_T_GAIN),
        t_width=factor(par.OTHER_T_WIDTH, par.OTHER_T_WIDTH_MEDIAN),
        st_mv=float(rng.normal(0.0, par.OTHER_ST_MV)),
        u_mv=abs(float(rng.normal(0.0, par.OTHER_U_MV))),
        rr=float(np.clip(factor(par.OTHER_RR, par.OTHER_RR_MEDIAN), 0.65, 1.4)),
    )


def combine(first: BeatChange, second: BeatChange) -> BeatChange:
    """Both changes one after the other: factors multiply, additions add."""
    return BeatChange(
        p_gain=first.p_gain * second.p_gain,
        p_width=first.p_width * second.p_width,
        pr_segment=first.pr_segment * second.pr_segment,
        qrs_width=first.qrs_width * second.qrs_width,
        qrs_gain=first.qrs_gain * second.qrs_gain,
        qrs_slur_ms=first.qrs_slur_ms + second.qrs_slur_ms,
        t_gain=first.t_gain * second.t_gain,
        t_width=first.t_width * second.t_width,
        st_mv=first.st_mv + second.st_mv,
        u_mv=first.u_mv + second.u_mv,
        u_nearer_s=first.u_nearer_s + second.u_nearer_s,
        sine_weight=max(first.sine_weight, second.sine_weight),
        rr=first.rr * second.rr,
        irregularity=float(np.hypot(first.irregularity, second.irregularity)),
    )
