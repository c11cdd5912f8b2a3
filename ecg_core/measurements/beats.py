"""Beats cut out of leads for measuring, a row each: those of the record, and the median beat of each lead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import CYCLE_FS_HZ, CYCLE_R_INDEX, OFFSET, ONSET, Annotation
from ecg_core.annotation.windows import nanquantile
from ecg_core.filtering.resample import resample
from ecg_core.record import ECGRecord

FS_HZ = CYCLE_FS_HZ
BEFORE_R_S = 0.5  # room for a P of first-degree block
AFTER_R_S = 0.9  # room for a long QT and a U wave

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Beats:
    """Beats of one or more leads at `FS_HZ`, a row each.

    `mv` `(rows, samples)`, NaN where nothing was recorded. The marks are those over all leads together, so that
    every lead is read between the same instants: `p`, `qrs` and `t` `(rows, 3)` onset, peak, offset, and of the
    beats beside `previous_t_offset` and `next_p_onset` `(rows,)`, all in samples of the row, NaN where not known.
    """

    mv: Floats
    p: Floats
    qrs: Floats
    t: Floats
    previous_t_offset: Floats
    next_p_onset: Floats


def counting_beats(annotation: Annotation) -> NDArray[np.int64]:
    """Which beats have waves to measure: neither cut around R alone nor left out by hand."""
    counts = ~annotation.r_only
    if annotation.by_hand is not None:
        counts &= ~annotation.by_hand.left_out
    return np.flatnonzero(counts)


def cut_beats(filtered: ECGRecord, annotation: Annotation, chosen: NDArray[np.int64]) -> Beats:
    """The beats `chosen` in every lead: all rows of the first lead come first."""
    fs_hz, r = filtered.fs_hz, annotation.r_peaks[chosen]
    before, after = round(BEFORE_R_S * fs_hz), round(AFTER_R_S * fs_hz)
    index = r[:, None] + np.arange(-before, after)
    inside = (index >= 0) & (index < filtered.n_samples)
    mv = filtered.signal_mv[:, np.where(inside, index, 0)]
    mv = np.where(inside, mv, np.float32(np.nan)).reshape(-1, before + after)
    marks = (marks_from_r(annotation)[chosen] + before) * (FS_HZ / fs_hz)
    return _beats(resample(mv, fs_hz, FS_HZ), np.tile(marks, (len(filtered.leads), 1)))


def median_beats(
    medians_mv: NDArray[np.float32], in_median: NDArray[np.bool_], annotation: Annotation
) -> Beats:
    """The median beat of each lead, a row each, with the medians of the marks of its beats.

    `medians_mv` `(leads, 512)` and `in_median` `(leads, beats)` are those of `Cycles`.
    """
    marks = marks_from_r(annotation) * (FS_HZ / annotation.fs_hz) + CYCLE_R_INDEX
    of_leads = np.where(in_median.T[:, :, None], marks[:, None, :], np.nan)
    return _beats(medians_mv, nanquantile(of_leads, 0.5))


def marks_from_r(annotation: Annotation) -> Floats:
    """P, QRS, T by onset, peak, offset, the T offset before and the P onset after, in samples from R, `(beats, 11)`."""
    waves, unknown = annotation.waves, np.full(1, np.nan)
    before = np.append(unknown, waves.t[:-1, OFFSET])[: annotation.n_beats]
    after = np.append(waves.p[1:, ONSET], unknown)[: annotation.n_beats]
    marks = np.column_stack([waves.p, waves.qrs, waves.t, before, after])
    return np.asarray(marks - annotation.r_peaks[:, None])


def _beats(mv: NDArray[np.float32], marks: Floats) -> Beats:
    return Beats(mv.astype(np.float64), marks[:, :3], marks[:, 3:6], marks[:, 6:9], marks[:, 9], marks[:, 10])
