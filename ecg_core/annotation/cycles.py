"""Cycles: single beats cut out of a record, and the median beat."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from ecg_core.annotation.blocks import BEATS_AT_ONCE
from ecg_core.annotation.rhythm import LOCAL_BEATS
from ecg_core.annotation.types import (
    CYCLE_FS_HZ,
    CYCLE_R_INDEX,
    CYCLE_SAMPLES,
    OFFSET,
    ONSET,
    Annotation,
    Cycles,
)
from ecg_core.filtering.resample import resample
from ecg_core.record import ECGRecord

BEFORE_P_S = 0.06
BEFORE_R_S = 0.36  # at most this much before R where P is unknown ...
BEFORE_R_SHARE = 0.35  # ... and at most this share of the RR interval before it
AFTER_T_S = 0.2  # room for a U wave
BEFORE_NEXT_P_S = 0.02
BEFORE_NEXT_R_SHARE = 0.3
USUAL_RR_S = 1.0  # for a record with a single beat

MIN_CORRELATION = 0.9  # a beat of another shape is ectopic or noisy
PREMATURE_SHARE = 0.85  # of the usual RR

Floats = NDArray[np.float64]


def cut_cycles(filtered: ECGRecord, annotation: Annotation) -> dict[str, Cycles]:
    """The cycles of every lead of a filtered record; bounds and beats are the same in all leads."""
    bounds = np.stack(cycle_bounds(annotation, filtered.duration_s), axis=1) * CYCLE_FS_HZ
    r = np.rint(annotation.r_peaks * (CYCLE_FS_HZ / filtered.fs_hz)).astype(np.int64)
    on_time = ~premature(annotation)
    cycles = {}
    for lead, signal in zip(filtered.leads, filtered.signal_mv, strict=True):
        beats = _beats(resample(signal, filtered.fs_hz, CYCLE_FS_HZ), r, bounds)
        in_median = typical_beats(beats, on_time)
        cycles[lead] = Cycles(lead, beats, median_beat(beats[in_median]), in_median)
    return cycles


def _beats(signal_mv: NDArray[np.float32], r: NDArray[np.int64], bounds: Floats) -> NDArray[np.float32]:
    """`(beats, 512)` around `r` of one lead at 500 Hz, NaN outside each beat's `bounds` `(beats, 2)` in samples."""
    beats_mv = np.full((r.size, CYCLE_SAMPLES), np.nan, dtype=np.float32)
    offsets = np.arange(CYCLE_SAMPLES) - CYCLE_R_INDEX
    for block in _blocks(r.size):
        index, (start, stop) = r[block, None] + offsets, bounds[block].T[..., None]
        own = (index >= start) & (index <= stop) & (index >= 0) & (index < signal_mv.size)
        beats_mv[block][own] = signal_mv[index[own]]
    return beats_mv


def _blocks(n_beats: int) -> Iterator[slice]:
    """All beats a few at a time: what a step needs beside the beats themselves stays small in a recording of a day."""
    return (slice(start, start + BEATS_AT_ONCE) for start in range(0, n_beats, BEATS_AT_ONCE))


def cycle_bounds(annotation: Annotation, duration_s: float) -> tuple[Floats, Floats]:
    """Where each beat begins and ends, seconds from the start of the record, `(beats,)` each."""
    fs_hz, waves = annotation.fs_hz, annotation.waves
    r = annotation.r_peaks / fs_hz
    rr = np.diff(r)
    usual = float(np.median(rr)) if rr.size else USUAL_RR_S
    before = np.append(usual, rr) if r.size else rr
    after = np.append(rr, usual) if r.size else rr
    p_onset = np.where(annotation.r_only, np.nan, waves.p[:, ONSET] / fs_hz)
    t_offset = np.where(annotation.r_only, np.nan, waves.t[:, OFFSET] / fs_hz)
    start = np.where(
        np.isfinite(p_onset), p_onset - BEFORE_P_S, r - np.minimum(BEFORE_R_S, BEFORE_R_SHARE * before)
    )
    next_p = np.append(p_onset[1:], np.nan)[: r.size]
    stop = np.where(np.isfinite(next_p), next_p - BEFORE_NEXT_P_S, r + (1 - BEFORE_NEXT_R_SHARE) * after)
    stop = np.fmin(stop, t_offset + AFTER_T_S)
    return np.maximum(start, 0.0), np.minimum(stop, duration_s)


def premature(annotation: Annotation) -> NDArray[np.bool_]:
    """Beats that come clearly earlier than the rhythm around them, `(beats,)`.

    The rhythm is the median over pairs of RR intervals: a short one and the pause after it are as long as
    two usual ones, so that a beat in bigeminy is early, too.
    """
    rr = np.diff(annotation.r_peaks).astype(np.float64)
    early = np.zeros(annotation.n_beats, dtype=bool)
    if rr.size >= 3:
        pairs = (rr[:-1] + rr[1:]) / 2
        usual = median_filter(np.append(pairs[0], pairs), LOCAL_BEATS, mode="nearest")
        early[1:] = rr < PREMATURE_SHARE * usual
    return early


def typical_beats(beats_mv: NDArray[np.float32], on_time: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Beats that look like the others in this lead, `(beats,)`; premature ones do not count.

    Where fewer than a third are on time (atrial fibrillation), timing says nothing and shape decides.
    """
    recorded = np.asarray(np.isfinite(beats_mv).mean(axis=1) > 0.3)
    candidates = recorded & on_time
    if candidates.sum() < max(1, recorded.sum() // 3):
        candidates = recorded
    if candidates.sum() < 3:
        return candidates
    reference = median_beat(beats_mv[candidates])
    alike = likeness(beats_mv, reference) >= MIN_CORRELATION
    typical = candidates & alike
    # Where hardly any two beats are alike, as in a lead of noise, shape says nothing.
    return typical if typical.sum() >= 0.3 * candidates.sum() else candidates


def likeness(beats_mv: NDArray[np.float32], reference_mv: NDArray[np.float32]) -> Floats:
    """`correlation` of many beats with one reference `(512,)`, a few beats at a time."""
    parts = [correlation(beats_mv[block], reference_mv) for block in _blocks(len(beats_mv))]
    return np.concatenate([np.zeros(0), *parts])


def correlation(beats_mv: NDArray[np.float32], reference_mv: NDArray[np.float32]) -> Floats:
    """Pearson correlation of each beat with the reference over the samples both have, `(beats,)`."""
    both = np.isfinite(beats_mv) & np.isfinite(reference_mv)
    n = np.maximum(both.sum(axis=1), 1)[:, None]

    def centred(values: NDArray[np.float32]) -> Floats:
        kept = np.where(both, values, 0.0).astype(np.float64)
        return np.where(both, kept - kept.sum(axis=1, keepdims=True) / n, 0.0)

    x, y = centred(beats_mv), centred(np.broadcast_to(reference_mv, beats_mv.shape))
    scale = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    return np.asarray(np.divide((x * y).sum(axis=1), scale, out=np.zeros(len(x)), where=scale > 0))


def median_beat(beats_mv: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sample-wise median over beats, `(512,)`; NaN where fewer than half of the beats have a sample."""
    median = np.full(beats_mv.shape[1], np.nan, dtype=np.float32)
    enough = np.isfinite(beats_mv).sum(axis=0) * 2 >= max(len(beats_mv), 1)
    if enough.any():
        median[enough] = np.nanmedian(beats_mv[:, enough], axis=0)
    return median
