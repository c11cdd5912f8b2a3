"""Waves added to every beat: bells at a distance from a landmark, and shapes learned from the record itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal.windows import tukey

from ecg_core.simulation.landmarks import Landmarks

Floats = NDArray[np.float64]
Signal = NDArray[np.float32] | Floats

EDGE_S = 0.02  # raised-cosine edge of windows

_SMOOTH_S = 0.008
_TAPER_SHARE = 0.3


@dataclass(frozen=True, eq=False)
class WaveShape:
    """A wave's shape over the leads: `mv` `(leads, n)` at `tau_s` `(n,)` from its centre, 0 at both ends."""

    tau_s: Floats
    mv: Floats


def bells(time_s: Floats, centres_s: Floats, sigmas_s: Floats) -> Floats:
    """The sum of Gaussians of height 1 around each centre, `(samples,)`."""
    course = np.zeros_like(time_s)
    for centre, sigma in zip(centres_s, np.broadcast_to(sigmas_s, centres_s.shape), strict=True):
        first, last = np.searchsorted(time_s, (centre - 4 * sigma, centre + 4 * sigma))
        course[first:last] += np.exp(-0.5 * ((time_s[first:last] - centre) / sigma) ** 2)
    return course


def window(time_s: Floats, starts_s: Floats, ends_s: Floats) -> Floats:
    """1 inside any [start, end], raised-cosine edges outside, 0 elsewhere; `(samples,)`."""
    inside = np.zeros_like(time_s)
    for start, end in zip(starts_s, ends_s, strict=True):
        first, last = np.searchsorted(time_s, (start - EDGE_S, end + EDGE_S))
        part = time_s[first:last]
        outside = np.maximum(start - part, part - end).clip(0.0)
        inside[first:last] = np.maximum(inside[first:last], 0.5 + 0.5 * np.cos(np.pi * outside / EDGE_S))
    return inside


def with_gains(
    signal_mv: Signal, time_s: Floats, landmarks: Landmarks, qrs_gain: float | Floats, t_gain: float | Floats
) -> Floats:
    """QRS and T scaled around the PR level of each beat; gains for all leads, or `(leads,)`."""
    qrs_more, t_more = np.asarray(qrs_gain) - 1.0, np.asarray(t_gain) - 1.0
    signal = np.asarray(signal_mv, dtype=np.float64)
    if not qrs_more.any() and not t_more.any():
        return signal
    knots = landmarks.knots_s
    qrs = window(time_s, knots[:, Landmarks.QRS_ON], knots[:, Landmarks.J])
    t = window(time_s, knots[:, Landmarks.T_ON], knots[:, Landmarks.T_OFF])
    gain = 1.0 + qrs_more.reshape(-1, 1) * qrs + t_more.reshape(-1, 1) * t
    at_s = knots[:, Landmarks.QRS_ON] - 0.004
    pr_level = np.stack([np.interp(time_s, at_s, np.interp(at_s, time_s, lead)) for lead in signal])
    return np.asarray(pr_level + gain * (signal - pr_level))


def typical_wave(
    signal_mv: Signal, fs_hz: float, centres_s: Floats, scales: Floats, before_s: float, after_s: float
) -> WaveShape:
    """The median over the beats of what lies around the centres, time divided by `scales`, standing on a straight line.

    Zero where fewer than three beats lie wholly within the signal.
    """
    tau_s = np.arange(-round(before_s * fs_hz), round(after_s * fs_hz) + 1) / fs_hz
    at = _positions(tau_s, fs_hz, centres_s, scales)
    at = at[(at[:, 0] >= 0) & (at[:, -1] < signal_mv.shape[1] - 1)]
    if len(at) < 3:
        return WaveShape(tau_s, np.zeros((len(signal_mv), tau_s.size)))
    below = np.floor(at).astype(int)
    part = at - below
    beats = signal_mv[:, below] * (1 - part) + signal_mv[:, below + 1] * part
    shape = gaussian_filter1d(np.median(beats, axis=1), _SMOOTH_S * fs_hz, axis=1, mode="nearest")
    line = shape[:, :1] + (shape[:, -1:] - shape[:, :1]) * np.linspace(0, 1, tau_s.size)
    return WaveShape(tau_s, (shape - line) * tukey(tau_s.size, _TAPER_SHARE))


def share_in_beats(
    signal_mv: Signal, fs_hz: float, shape: WaveShape, centres_s: Floats, scales: Floats
) -> Floats:
    """How much of the typical wave each beat shows, `(beats,)`: 1 as usual, negative upside down; within -1.5 and 1.5."""
    energy = float((shape.mv**2).sum())
    if energy <= 0:
        return np.zeros_like(centres_s)
    at = _positions(shape.tau_s, fs_hz, centres_s, scales)
    beats = signal_mv[:, np.clip(np.rint(at).astype(int), 0, signal_mv.shape[1] - 1)]
    level = np.linspace(0, 1, shape.tau_s.size)
    beats = beats - beats[..., :1] - (beats[..., -1:] - beats[..., :1]) * level
    return np.asarray(np.clip((beats * shape.mv[:, None, :]).sum(axis=(0, 2)) / energy, -1.5, 1.5))


def with_wave(
    signal_mv: Signal, fs_hz: float, shape: WaveShape, centres_s: Floats, scales: Floats, weights: Floats
) -> Floats:
    """`signal_mv` plus `weights` `(beats,)` times the shape at every centre, its time multiplied by `scales`."""
    changed = np.array(signal_mv, dtype=np.float64)
    step_s = shape.tau_s[1] - shape.tau_s[0]
    for centre, scale, weight in zip(centres_s, scales, weights, strict=True):
        first = max(int(np.ceil((centre + shape.tau_s[0] * scale) * fs_hz)), 0)
        last = min(int(np.floor((centre + shape.tau_s[-1] * scale) * fs_hz)) + 1, changed.shape[1])
        if weight == 0 or last <= first:
            continue
        at = ((np.arange(first, last) / fs_hz - centre) / scale - shape.tau_s[0]) / step_s
        below = np.clip(at.astype(int), 0, shape.tau_s.size - 2)
        part = at - below
        changed[:, first:last] += weight * (shape.mv[:, below] * (1 - part) + shape.mv[:, below + 1] * part)
    return changed


def _positions(tau_s: Floats, fs_hz: float, centres_s: Floats, scales: Floats) -> Floats:
    """`(beats, n)` places in samples."""
    return np.asarray((centres_s[:, None] + tau_s * scales[:, None]) * fs_hz)
