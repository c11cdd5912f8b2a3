"""The one course of time that all leads share: where each landmark goes, and what each moment of the result shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from ecg_core.simulation.effects import BeatChange
from ecg_core.simulation.landmarks import Landmarks

Floats = NDArray[np.float64]

QT_RATE_EXPONENT = 1 / 3  # how QT follows RR (Fridericia 1920)
_LEAST_TP = 0.15  # share of the T-P segment that must remain
_JOIN_S = 0.04  # over which a repeated stretch is faded in


def target_landmarks(landmarks: Landmarks, change: BeatChange, rr_factors: Floats | None = None) -> Floats:
    """Where the knots stand after the change, `(beats, 8)` seconds.

    RR intervals come out at `change.rr` times their length, each times its own of `rr_factors`
    `(beats - 1,)`; where longer waves find no room in them, the waves stay shorter.
    """
    knots = landmarks.knots_s
    spans = np.diff(knots, axis=1)
    rr_scale = change.rr * (np.ones(len(knots) - 1) if rr_factors is None else rr_factors)
    rr_after = np.diff(knots[:, Landmarks.R]) * rr_scale
    repolarisation = np.append(rr_scale, change.rr) ** QT_RATE_EXPONENT
    stretch = np.ones_like(spans) * [
        change.p_width,
        change.pr_segment,
        change.qrs_width,
        change.qrs_width,
        1.0,
        change.t_width,
        change.t_width,
    ]
    # A narrow T keeps its peak roughly in place: half of what T loses the ST segment gains.
    st = spans[:, 4] + 0.5 * spans[:, 5] * (1.0 - change.t_width)
    stretch[:, 4] = np.maximum(st / spans[:, 4], 0.3)
    stretch[:, 4:] *= repolarisation[:, None]
    spans = spans * stretch
    after_r, before_r = spans[:, Landmarks.R :].sum(axis=1), spans[:, : Landmarks.R].sum(axis=1)
    tp = (knots[1:, 0] - knots[:-1, -1]) * rr_scale
    room = np.minimum(1.0, (rr_after - _LEAST_TP * tp) / (after_r[:-1] + before_r[1:]))
    spans[:, Landmarks.R :] *= np.append(room, 1.0)[:, None]
    spans[:, : Landmarks.R] *= np.insert(room, 0, 1.0)[:, None]
    r_after = knots[0, Landmarks.R] + np.concatenate([[0.0], np.cumsum(rr_after)])
    first = r_after - spans[:, : Landmarks.R].sum(axis=1)
    return np.asarray(
        first[:, None] + np.concatenate([np.zeros((len(first), 1)), np.cumsum(spans, axis=1)], 1)
    )


def inverse_warp(source_knots: Floats, target_knots: Floats, time_s: Floats) -> Floats:
    """For each output time the source time it shows, rising, `(samples,)`; beyond the outer knots time runs at its own pace."""
    source, target = source_knots.ravel(), target_knots.ravel()
    keep = np.insert(np.diff(target) > 1e-6, 0, True)
    source, target = source[keep], target[keep]
    inner = PchipInterpolator(target, source)(np.clip(time_s, target[0], target[-1]))
    warped = inner + np.minimum(time_s - target[0], 0.0) + np.maximum(time_s - target[-1], 0.0)
    return np.asarray(warped, dtype=np.float64)


def lengthened(
    signal_mv: NDArray[np.float32], fs_hz: float, landmarks: Landmarks, duration_s: float
) -> tuple[NDArray[np.float32], Landmarks]:
    """At least `duration_s` of `(leads, samples)`: all beats but the first and the last follow again after the last but one.

    Stretches meet without a step in the middle of a T-P segment. Fewer than three beats are left as they are.
    """
    knots = landmarks.knots_s
    if signal_mv.shape[1] / fs_hz >= duration_s or len(knots) < 3:
        return signal_mv, landmarks
    pause_s = 0.5 * (knots[1:, Landmarks.P_ON] + knots[:-1, Landmarks.T_OFF])
    start, stop = round(pause_s[0] * fs_hz), round(pause_s[-1] * fs_hz)
    beats = signal_mv[:, start:stop].copy()
    fade = np.linspace(1.0, 0.0, round(_JOIN_S * fs_hz), dtype=np.float32)
    beats[:, : fade.size] += (beats[:, -1:] - beats[:, :1]) * fade
    repeats = int(np.ceil((duration_s * fs_hz - stop) / (stop - start)))
    later_s = np.arange(1, repeats + 1) * (stop - start) / fs_hz
    repeated = [knots[1:-1] + seconds for seconds in later_s]
    return (
        np.concatenate([signal_mv[:, :stop], *[beats] * repeats], axis=1),
        replace(landmarks, knots_s=np.concatenate([knots[:-1], *repeated])),
    )
