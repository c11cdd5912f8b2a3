"""Tachycardia made of an ECG at rest, of which databases of marked ECGs hold next to nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.wave_net import P
from ecg_core.datasets.example import EXAMPLE_FS_HZ, Example
from ecg_core.simulation.landmarks import Landmarks

_RATES_BPM = (140.0, 270.0)
_UNEVEN = 0.03  # spread of RR, natural log
_LEAST_BEATS = 3
_LEAST_AFTER_QRS_S = 0.1  # for ST and T, and what little is left until the next QRS
_T_SHARE = 0.85  # of this time, at most
_AROUND_P_S = 0.02

Floats = NDArray[np.float64]


def racing_example(original: Example, landmarks: Landmarks, rng: np.random.Generator) -> Example | None:
    """A regular tachycardia of 140 to 270 beats a minute without P waves, as long as the original, None where too few beats are marked.

    QRS lasts as long as before; QT shortens with the root of RR (Bazett 1920), as far as there is room; the beats that
    are marked in all leads are repeated.
    """
    cuts, knots = _between_beats(landmarks.knots_s, original.spans)
    if len(knots) < _LEAST_BEATS:
        return None
    rr_s = 60.0 / rng.uniform(*_RATES_BPM) * rng.lognormal(0, _UNEVEN, len(knots))
    source = np.append(np.column_stack([cuts[:-1], knots]).ravel(), cuts[-1])
    target = source[0] + np.append(0.0, np.cumsum(_durations(np.diff(source).reshape(-1, 4), rr_s)))
    n_samples = original.signal_mv.shape[1]
    period = (target[-1] - target[0]) * EXAMPLE_FS_HZ
    source_s = np.interp(np.arange(n_samples) % period / EXAMPLE_FS_HZ + target[0], target, source)
    places = source_s * EXAMPLE_FS_HZ
    ends = source[[0, -1]] * EXAMPLE_FS_HZ
    signal_mv = without_p_waves(original, landmarks)
    shown = [_without_step(places, lead, ends) for lead in signal_mv]

    def move(marks: Floats) -> Floats:
        return np.asarray((np.interp(marks / EXAMPLE_FS_HZ, source, target) - target[0]) * EXAMPLE_FS_HZ)

    waves = tuple(
        _repeated(_within(lead, ends), move, period, n_samples) for lead in original.without_p().waves
    )
    spans = np.tile([0.0, n_samples - 1.0], (len(shown), 1))
    return Example(np.array(shown, dtype=np.float32), waves, spans)


def without_p_waves(original: Example, landmarks: Landmarks) -> Floats:
    """The leads `(leads, samples)` with a straight line in place of every P wave."""
    signal_mv = original.signal_mv.astype(np.float64)
    time_s = np.arange(signal_mv.shape[1]) / EXAMPLE_FS_HZ
    for begin, end in _p_spans(original, landmarks.knots_s):
        gone = np.flatnonzero((time_s > begin) & (time_s < end))
        if gone.size:
            first, last = signal_mv[:, gone[:1]], signal_mv[:, gone[-1:]]
            signal_mv[:, gone] = first + np.linspace(0, 1, gone.size) * (last - first)
    return signal_mv


def _p_spans(original: Example, knots_s: Floats) -> Iterable[tuple[float, float]]:
    """Where P waves lie in any lead, seconds: the marked ones, and the usual place before every beat."""
    for waves in original.waves:
        for _, onset, offset in waves[waves[:, 0] == P]:
            yield onset / EXAMPLE_FS_HZ - _AROUND_P_S, offset / EXAMPLE_FS_HZ + _AROUND_P_S
    for beat in knots_s:
        yield beat[Landmarks.P_ON] - _AROUND_P_S, beat[Landmarks.P_OFF] + _AROUND_P_S


def _between_beats(knots_s: Floats, spans: Floats) -> tuple[Floats, Floats]:
    """Cuts halfway from T to the next QRS, seconds, as far as all leads are marked, and QRS onset, J and T offset between them."""
    cuts = (knots_s[:-1, Landmarks.T_OFF] + knots_s[1:, Landmarks.QRS_ON]) / 2
    first, last = np.array([spans[:, 0].max(), spans[:, 1].min()]) / EXAMPLE_FS_HZ
    inside = np.flatnonzero((cuts > first) & (cuts < last))
    beats = knots_s[inside[:-1] + 1]
    return cuts[inside], beats[:, [Landmarks.QRS_ON, Landmarks.J, Landmarks.T_OFF]]


def _durations(now_s: Floats, rr_s: Floats) -> Floats:
    """Rest, QRS, ST-T, rest `(beats, 4)` as they last at another RR `(beats,)`."""
    qrs = now_s[:, 1]
    after_qrs = np.maximum(rr_s - qrs, _LEAST_AFTER_QRS_S)
    repolarization = np.minimum(now_s[:, 2] * np.sqrt(rr_s / now_s.sum(axis=1)), _T_SHARE * after_qrs)
    rest = (after_qrs - repolarization) / 2
    return np.column_stack([rest, qrs, repolarization, rest])


def _without_step(places: Floats, lead_mv: Floats, ends: Floats) -> Floats:
    """The lead at these places, tilted so that it ends, at `ends`, on the level it began on."""
    index = np.arange(lead_mv.size)
    first, last = np.interp(ends, index, lead_mv)
    return np.asarray(np.interp(places, index, lead_mv) - (last - first) * (places - ends[0]) / np.ptp(ends))


def _within(waves: Floats, ends: Floats) -> Floats:
    return np.asarray(waves[(waves[:, 1] >= ends[0]) & (waves[:, 2] <= ends[1])])


def _repeated(waves: Floats, move: Callable[[Floats], Floats], period: float, n_samples: int) -> Floats:
    """Class and moved bounds `(waves, 3)`, again and again until `n_samples`."""
    moved = np.column_stack([waves[:, 0], move(waves[:, 1:])])
    shifts = np.arange(0.0, n_samples, period)
    again = np.concatenate([moved + np.array([0.0, shift, shift]) for shift in shifts])
    return np.asarray(again[again[:, 1] < n_samples])
