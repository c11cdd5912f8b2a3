"""Apply a `BeatChange` to a real ECG, beat by beat, in the eight independent leads.

All leads share one time warp and one gain course, and added components point along the patient's own
T wave in lead space, so that lead algebra stays exact and the change is coherent in space.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from ecg_core.simulation.effects import BeatChange
from ecg_core.simulation.landmarks import Landmarks

Signal = NDArray[np.float32]
Times = NDArray[np.float64]

_EDGE_S = 0.02  # raised-cosine edge of gain windows
_U_DELAY_S = 0.09  # U peak after the end of T
_U_SIGMA_S = 0.035
_SINE_SIGMA_S = 0.045
_LEAST_TP = 0.15  # share of the T-P segment that must remain


def morph(signal_mv: Signal, fs_hz: float, landmarks: Landmarks, change: BeatChange) -> Signal:
    """`(leads, samples)` changed; the same shape comes out, cut at the old end since beats never move closer.

    The signal must hold no NaN, and `change.rr` must be at least 1 (ValueError).
    """
    if change.rr < 1.0:
        raise ValueError("beats can be moved apart, not closer: the record would end early")
    n_samples = signal_mv.shape[1]
    time_s = np.arange(n_samples) / fs_hz
    source = _scaled_waves(signal_mv, time_s, landmarks, change)
    target_knots = target_landmarks(landmarks, change)
    source_time = inverse_warp(landmarks.knots_s, target_knots, time_s)
    warped = CubicSpline(time_s, source, axis=1)(np.clip(source_time, 0.0, time_s[-1]))
    warped = _with_u_and_st(warped, time_s, target_knots, change, _t_direction(signal_mv, fs_hz, landmarks))
    return _slurred(warped, time_s, fs_hz, target_knots, change).astype(np.float32)


def target_landmarks(landmarks: Landmarks, change: BeatChange) -> Times:
    """Where the knots stand after the change, `(beats, 8)` seconds."""
    knots = landmarks.knots_s
    spans = np.diff(knots, axis=1)
    t_part = change.t_width
    # A narrow T keeps its peak roughly in place: half of what T loses the ST segment gains.
    rise = spans[:, 5]
    spans_after = spans * np.array(
        [change.p_width, change.pr_segment, change.qrs_width, change.qrs_width, 1.0, t_part, t_part]
    )
    spans_after[:, 4] = np.maximum(spans[:, 4] + 0.5 * rise * (1.0 - t_part), 0.3 * spans[:, 4])
    tp = knots[1:, 0] - knots[:-1, -1]
    rr = np.diff(knots[:, Landmarks.R])
    after_r = spans_after[:-1, Landmarks.R :].sum(axis=1)
    before_next_r = spans_after[1:, : Landmarks.R].sum(axis=1)
    rr_after = after_r + before_next_r + np.maximum(rr * change.rr - after_r - before_next_r, _LEAST_TP * tp)
    r_after = knots[0, Landmarks.R] + np.concatenate([[0.0], np.cumsum(rr_after)])
    first = r_after - spans_after[:, : Landmarks.R].sum(axis=1)
    return first[:, None] + np.concatenate(
        [np.zeros((len(first), 1)), np.cumsum(spans_after, axis=1)], axis=1
    )


def inverse_warp(source_knots: Times, target_knots: Times, time_s: Times) -> Times:
    """For each output time the source time it shows, rising, `(samples,)`; beyond the outer knots time runs at its own pace."""
    source, target = source_knots.ravel(), target_knots.ravel()
    keep = np.insert(np.diff(target) > 1e-6, 0, True)
    source, target = source[keep], target[keep]
    inner = PchipInterpolator(target, source)(np.clip(time_s, target[0], target[-1]))
    warped = inner + np.minimum(time_s - target[0], 0.0) + np.maximum(time_s - target[-1], 0.0)
    return np.asarray(warped, dtype=np.float64)


def _window(time_s: Times, start_s: Times, end_s: Times) -> Times:
    """1 inside any [start, end], raised-cosine edges outside, 0 elsewhere; `(samples,)`."""
    outside = np.maximum(start_s[:, None] - time_s, time_s - end_s[:, None]).clip(0.0, _EDGE_S)
    window: Times = (0.5 + 0.5 * np.cos(np.pi * outside / _EDGE_S)).max(axis=0)
    return window


def _isoelectric(signal_mv: Signal, time_s: Times, landmarks: Landmarks) -> NDArray[np.float64]:
    """The PR level of each beat joined by straight lines, `(leads, samples)`."""
    at_s = landmarks.knots_s[:, Landmarks.QRS_ON] - 0.004
    return np.stack([np.interp(time_s, at_s, np.interp(at_s, time_s, lead)) for lead in signal_mv])


def _scaled_waves(signal_mv: Signal, time_s: Times, landmarks: Landmarks, change: BeatChange) -> Times:
    knots = landmarks.knots_s
    p_window = _window(time_s, knots[:, Landmarks.P_ON], knots[:, Landmarks.P_OFF])
    t_window = _window(time_s, knots[:, Landmarks.J] + 2 * _EDGE_S, knots[:, Landmarks.T_OFF] + _EDGE_S)
    gain = 1.0 + (change.p_gain - 1.0) * p_window + (change.t_gain - 1.0) * t_window
    level = _isoelectric(signal_mv, time_s, landmarks)
    return level + gain * (signal_mv - level)


def _t_direction(signal_mv: Signal, fs_hz: float, landmarks: Landmarks) -> NDArray[np.float64]:
    """The T wave at its peak in every lead, scaled so that the largest lead is 1; `(leads, 1)`."""
    n_samples = signal_mv.shape[1]

    def level(column: int) -> NDArray[np.float64]:
        at = np.clip(np.round(landmarks.knots_s[:, column] * fs_hz).astype(int), 0, n_samples - 1)
        return np.asarray(np.median(signal_mv[:, at], axis=1), dtype=np.float64)

    direction = level(Landmarks.T_PEAK) - level(Landmarks.QRS_ON)
    return (direction / max(float(np.abs(direction).max()), 1e-6))[:, None]


def _with_u_and_st(
    signal_mv: Times, time_s: Times, knots: Times, change: BeatChange, direction: NDArray[np.float64]
) -> Times:
    u_at = knots[:, Landmarks.T_OFF] + _U_DELAY_S
    u_course = np.exp(-0.5 * ((time_s - u_at[:, None]) / _U_SIGMA_S) ** 2).sum(axis=0)
    st_course = _window(time_s, knots[:, Landmarks.J] + _EDGE_S, knots[:, Landmarks.T_ON])
    return signal_mv + direction * (change.u_mv * u_course + change.st_mv * st_course)


def _slurred(signal_mv: Times, time_s: Times, fs_hz: float, knots: Times, change: BeatChange) -> Times:
    """Smooth the QRS (slow conduction); at the worst fuse QRS and T into a sine wave."""
    if change.qrs_slur_ms > 0:
        smooth = gaussian_filter1d(signal_mv, change.qrs_slur_ms * 1e-3 * fs_hz, axis=1)
        qrs = _window(time_s, knots[:, Landmarks.QRS_ON], knots[:, Landmarks.J])
        signal_mv = signal_mv + qrs * (smooth - signal_mv)
    if change.sine_weight > 0:
        sine = 1.6 * gaussian_filter1d(signal_mv, _SINE_SIGMA_S * fs_hz, axis=1)
        signal_mv = signal_mv + change.sine_weight * (sine - signal_mv)
    return signal_mv
