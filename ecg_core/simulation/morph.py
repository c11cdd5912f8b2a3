"""Apply a `BeatChange` to a real ECG, beat by beat, in the eight independent leads.

All leads share one time warp and one gain course, and what is added points along directions in lead
space, so that lead algebra stays exact and the change is coherent in space.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.simulation import parameters as par
from ecg_core.simulation.effects import BeatChange
from ecg_core.simulation.landmarks import Landmarks
from ecg_core.simulation.repolarisation import Synthesis, t_difference
from ecg_core.simulation.warp import inverse_warp, target_landmarks
from ecg_core.simulation.waves import (
    EDGE_S,
    bells,
    share_in_beats,
    typical_wave,
    window,
    with_gains,
    with_wave,
)

Signal = NDArray[np.float32]
Floats = NDArray[np.float64]

_U_SIGMA_S = 0.035
_SINE_SIGMA_S = 0.045
_SINE_GAIN = 1.6  # makes up for what smoothing takes
_P_MARGIN_S = 0.03
_T_MARGIN_S = 0.06
_HELD_AT_END_S = 0.15  # how long the last value may be held where the last wave became shorter

# U is seen best in V2-V4 and goes with T (Surawicz 1998); order of INDEPENDENT_LEADS.
_USUAL_U = np.array([0.3, 0.5, 0.2, 0.8, 1.0, 0.9, 0.6, 0.4])
_T_SHARE_OF_U = 0.6


@dataclass(frozen=True)
class MorphStyle:
    """How a change is made, apart from what it is; drawn per example so that no way leaves its trace in all.

    `warp_share` of a change of T is made by warping time and scaling, the rest by `synthesis`; `u_spread`
    is added to the direction of U, by lead.
    """

    warp_share: float = 1.0
    synthesis: Synthesis = "hermite"
    u_spread: tuple[float, ...] = (0.0,) * len(INDEPENDENT_LEADS)


def draw_style(rng: np.random.Generator) -> MorphStyle:
    """A third each: all by warping, none by warping, part by part."""
    warp_share = (1.0, 0.0, float(rng.uniform()))[rng.integers(3)]
    synthesis: Synthesis = "hermite" if rng.random() < 0.5 else "repolarisation"
    return MorphStyle(warp_share, synthesis, tuple(float(x) for x in rng.normal(0, 0.15, len(_USUAL_U))))


def morph(
    signal_mv: Signal,
    fs_hz: float,
    landmarks: Landmarks,
    change: BeatChange,
    style: MorphStyle | None = None,
    rr_factors: Floats | None = None,
    n_samples: int | None = None,
) -> Signal:
    """`(leads, samples)` changed and cut at `n_samples` (the old end if not given).

    `rr_factors` `(beats - 1,)` change each RR interval by itself. The signal must hold no NaN; ValueError when
    the changed beats end before `n_samples`, as they do where they move closer (see `warp.lengthened`).
    """
    style = style or MorphStyle()
    n_out = n_samples or signal_mv.shape[1]
    by_warp = _share(change, style.warp_share)
    target = target_landmarks(landmarks, by_warp, rr_factors)
    time_s = np.arange(signal_mv.shape[1]) / fs_hz
    out_s = np.arange(n_out) / fs_hz
    source_s = inverse_warp(landmarks.knots_s, target, out_s)
    if source_s[-1] > time_s[-1] + _HELD_AT_END_S:
        raise ValueError("beats move closer and end before the record; lengthen it first")
    u_direction = _u_direction(signal_mv, fs_hz, landmarks, style)
    changed = _with_changed_shapes(signal_mv, fs_hz, landmarks, _share(change, 1.0 - style.warp_share), style)
    changed = with_gains(changed, time_s, landmarks, by_warp.qrs_gain, by_warp.t_gain)
    changed = CubicSpline(time_s, changed, axis=1)(np.clip(source_s, 0.0, time_s[-1]))
    changed = _with_u_and_st(changed, out_s, Landmarks(target), change, u_direction)
    return _slurred(changed, out_s, fs_hz, target, change).astype(np.float32)


def _share(change: BeatChange, share: float) -> BeatChange:
    """The same with only this share of what happens to T."""
    return replace(change, t_width=change.t_width**share, t_gain=change.t_gain**share)


def _with_changed_shapes(
    signal_mv: Signal, fs_hz: float, landmarks: Landmarks, change: BeatChange, style: MorphStyle
) -> Floats:
    """P scaled by what is typical of it, so that noise on it stays; T synthesised anew."""
    knots, root_rr = landmarks.knots_s, landmarks.root_rr
    changed = np.asarray(signal_mv, dtype=np.float64)
    if change.p_gain != 1.0 and landmarks.has_p:
        one = np.ones(len(knots))
        middle = 0.5 * (knots[:, Landmarks.P_ON] + knots[:, Landmarks.P_OFF])
        half = float(np.median(knots[:, Landmarks.P_OFF] - middle)) + _P_MARGIN_S
        p_wave = typical_wave(changed, fs_hz, middle, one, half, half)
        share = share_in_beats(changed, fs_hz, p_wave, middle, one).clip(0.0, 1.2)
        changed = with_wave(changed, fs_hz, p_wave, middle, one, (change.p_gain - 1.0) * share)
    if change.t_width != 1.0 or change.t_gain != 1.0:
        peak = knots[:, Landmarks.T_PEAK]
        start = np.maximum(knots[:, Landmarks.T_ON] - _T_MARGIN_S, knots[:, Landmarks.J] + EDGE_S)
        before = float(np.median((peak - start) / root_rr))
        after = float(np.median((knots[:, Landmarks.T_OFF] - peak) / root_rr)) + _T_MARGIN_S
        t_wave = typical_wave(changed, fs_hz, peak, root_rr, before, after)
        difference = t_difference(t_wave, style.synthesis, change.t_width, change.t_gain)
        share = share_in_beats(changed, fs_hz, t_wave, peak, root_rr)
        changed = with_wave(changed, fs_hz, difference, peak, root_rr, share)
    return changed


def _u_direction(signal_mv: Signal, fs_hz: float, landmarks: Landmarks, style: MorphStyle) -> Floats:
    """Where U points, `(leads, 1)`: between T at its peak (largest lead 1) and the usual direction, with own spread."""
    last = signal_mv.shape[1] - 1

    def level(column: int) -> Floats:
        at = np.clip(np.rint(landmarks.knots_s[:, column] * fs_hz).astype(int), 0, last)
        return np.asarray(np.median(signal_mv[:, at], axis=1), dtype=np.float64)

    t_mv = level(Landmarks.T_PEAK) - level(Landmarks.QRS_ON)
    t_direction = t_mv / max(float(np.abs(t_mv).max()), 0.05)  # a flat T gives no direction
    direction = _T_SHARE_OF_U * t_direction + (1 - _T_SHARE_OF_U) * _USUAL_U + np.array(style.u_spread)
    return np.asarray(direction[:, None])


def _with_u_and_st(
    signal_mv: Floats, time_s: Floats, target: Landmarks, change: BeatChange, direction: Floats
) -> Floats:
    if change.u_mv == 0.0 and change.st_mv == 0.0:
        return signal_mv
    knots, root_rr = target.knots_s, target.root_rr
    u_at = knots[:, Landmarks.T_OFF] + (par.HYPO_U_DELAY_S - change.u_nearer_s) * root_rr
    u_course = bells(time_s, u_at, _U_SIGMA_S * root_rr)
    st_course = window(time_s, knots[:, Landmarks.J] + EDGE_S, knots[:, Landmarks.T_ON])
    return signal_mv + direction * (change.u_mv * u_course + change.st_mv * st_course)


def _slurred(signal_mv: Floats, time_s: Floats, fs_hz: float, knots: Floats, change: BeatChange) -> Floats:
    """Smooth the QRS (slow conduction); at the worst fuse QRS and T into a sine wave."""
    if change.qrs_slur_ms > 0:
        smooth = gaussian_filter1d(signal_mv, change.qrs_slur_ms * 1e-3 * fs_hz, axis=1)
        qrs = window(time_s, knots[:, Landmarks.QRS_ON], knots[:, Landmarks.J])
        signal_mv = signal_mv + qrs * (smooth - signal_mv)
    if change.sine_weight > 0:
        sine = _SINE_GAIN * gaussian_filter1d(signal_mv, _SINE_SIGMA_S * fs_hz, axis=1)
        signal_mv = signal_mv + change.sine_weight * (sine - signal_mv)
    return signal_mv
