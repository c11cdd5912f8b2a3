"""Marked ECGs and what is made of them for training: other potassium levels, atrial fibrillation, and tachycardia.

Whatever moves the waves of a signal moves their marks along.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.types import OFFSET, ONSET
from ecg_core.annotation.wave_net import QRS, P, T
from ecg_core.datasets.example import EXAMPLE_FS_HZ, Example
from ecg_core.datasets.ludb import LudbECG
from ecg_core.datasets.racing import racing_example, without_p_waves
from ecg_core.errors import SignalError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.resample import resample
from ecg_core.leads import INDEPENDENT_LEADS, standard_from_independent
from ecg_core.record import ECGRecord
from ecg_core.simulation.effects import combine, draw_patient, potassium_change, unrelated_change
from ecg_core.simulation.fibrillation import f_waves
from ecg_core.simulation.landmarks import Landmarks, find_landmarks
from ecg_core.simulation.morph import morph
from ecg_core.simulation.warp import inverse_warp, target_landmarks

CLASS_OF_WAVE = {"P": P, "QRS": QRS, "T": T}
_HYPO_MEQ_L, _HYPER_MEQ_L = (2.0, 3.6), (5.5, 9.0)
_POTASSIUM_VARIANTS = 2
_LOST_P_GAIN = 0.15  # a P wave fainter than this is gone
_PAUSE_CHANGE = (0.5, 1.8)  # of the time between T and the next QRS, beat by beat

Floats = NDArray[np.float64]


def marked_examples(ecg: LudbECG, rng: np.random.Generator) -> list[Example]:
    """The record itself first, then its variants."""
    filtered, original = filtered_and_marked(ecg)
    try:
        landmarks = find_landmarks(annotate(filtered, "multilead"))
    except SignalError:  # without two beats nothing can be moved
        return [original]
    examples = [original]
    for _ in range(_POTASSIUM_VARIANTS):
        low, high = _HYPO_MEQ_L if rng.random() < 0.5 else _HYPER_MEQ_L
        examples.append(_at_potassium(original, filtered, landmarks, rng.uniform(low, high), rng))
    if not ecg.fibrillates:
        examples.append(_fibrillating(original, landmarks, rng))
    racing = racing_example(original, landmarks, rng)
    return examples if racing is None else [*examples, racing]


def filtered_and_marked(ecg: LudbECG) -> tuple[ECGRecord, Example]:
    """The record as the filters hand it on, at `EXAMPLE_FS_HZ`, without and with its marks."""
    filtered = filter_record(ecg.record).record
    filtered = filtered.with_signal(
        resample(filtered.signal_mv, filtered.fs_hz, EXAMPLE_FS_HZ), EXAMPLE_FS_HZ
    )
    return filtered, _original(ecg, filtered)


def _original(ecg: LudbECG, filtered: ECGRecord) -> Example:
    to_example = EXAMPLE_FS_HZ / ecg.record.fs_hz
    marks = [ecg.marks[lead] for lead in filtered.leads]
    waves = tuple(
        np.concatenate(
            [
                np.column_stack(
                    [np.full(len(rows), CLASS_OF_WAVE[wave]), rows[:, [ONSET, OFFSET]] * to_example]
                )
                for wave, rows in lead.waves.items()
            ]
        )
        for lead in marks
    )
    known = tuple(rows[np.isfinite(rows).all(axis=1)] for rows in waves)
    return Example(filtered.signal_mv, known, np.array([lead.span for lead in marks]) * to_example)


def _at_potassium(
    original: Example, filtered: ECGRecord, landmarks: Landmarks, k_meq_l: float, rng: np.random.Generator
) -> Example:
    """Simulated (`ecg_core.simulation`), with the changes of shape that have nothing to do with potassium."""
    change = combine(potassium_change(k_meq_l, draw_patient(rng)), unrelated_change(rng))
    change = replace(change, rr=max(change.rr, 1.0))  # so that all marked beats stay within the record
    independent = filtered.select(INDEPENDENT_LEADS).signal_mv
    signal_mv = standard_from_independent(morph(independent, EXAMPLE_FS_HZ, landmarks, change))
    time_s = np.arange(signal_mv.shape[1]) / EXAMPLE_FS_HZ
    source_s = inverse_warp(landmarks.knots_s, target_landmarks(landmarks, change), time_s)
    example = original.moved(signal_mv, source_s)
    return example.without_p() if change.p_gain < _LOST_P_GAIN else example


def _fibrillating(original: Example, landmarks: Landmarks, rng: np.random.Generator) -> Example:
    """P waves give way to f waves, and the pauses between beats change at random."""
    knots = landmarks.knots_s
    time_s = np.arange(original.signal_mv.shape[1]) / EXAMPLE_FS_HZ
    signal_mv = without_p_waves(original, landmarks)
    # The time from QRS to T stays; the rest of each beat is stretched or pressed together.
    source = knots[:, [Landmarks.QRS_ON, Landmarks.T_OFF]].ravel()
    steps = np.diff(source)
    steps[1::2] *= rng.uniform(*_PAUSE_CHANGE, len(steps[1::2]))
    target = source[0] + np.concatenate([[0.0], np.cumsum(steps)])
    inner = np.interp(time_s, target, source)
    source_s = inner + np.minimum(time_s - target[0], 0.0) + np.maximum(time_s - target[-1], 0.0)
    warped = np.stack([np.interp(source_s, time_s, lead) for lead in signal_mv])
    example = original.without_p().moved(
        (warped + f_waves(time_s, len(warped), rng)).astype(np.float32), source_s
    )
    recorded = min(np.searchsorted(source_s, time_s[-1]), len(time_s) - 1)  # what lies beyond is made up
    return Example(example.signal_mv, example.waves, np.minimum(example.spans, recorded))
