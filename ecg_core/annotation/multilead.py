"""Delineation that uses all leads at once.

The leads of an ECG show one electrical event at one time. What is faint in one lead is therefore
looked for where the others show it, and a lead's bounds may differ only little from the median's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.blocks import Block, beat_blocks, drop_unrecorded
from ecg_core.annotation.pt_waves import P_SHAPE, T_SHAPE, FoundWaves, Span, find_waves
from ecg_core.annotation.qrs import QRSMarks, find_qrs
from ecg_core.annotation.rhythm import local_rr_s
from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Waves
from ecg_core.annotation.windows import gather, nanmedian
from ecg_core.filtering.gaps import bridge_gaps
from ecg_core.filtering.resample import resample
from ecg_core.record import ECGRecord

FS_HZ = 500.0  # the rate all records are delineated at
MIN_BEATS = 2
MIN_RANGE_MV = 0.03  # a lead that moves less is flat

BLANK_S = 0.01  # beyond the QRS
QRS_CORE = np.arange(-20, 21)  # a beat counts as recorded in a lead that has these samples around R
PR_S = 0.30  # P lies within this before R
QRS_T_S = 0.05  # T peaks at least this long after the QRS
R_T_LEAST, R_T_MOST = 0.15, 0.58  # R to T peak at an RR of 1 s, in seconds
R_T_USUAL, R_T_SPREAD = 0.28, 0.14
P_REACH_S, T_REACH = 0.12, 0.2  # from peak to onset or offset, at most; T at an RR of 1 s
P_RECORD_LIKENESS = 0.6  # median over beats; below it there is no atrial rhythm tied to the QRS
P_BEAT_LIKENESS = 0.4
T_BEAT_LIKENESS = 0.2

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MultileadDelineator:
    """The method "multilead"; see `methods.Delineator`."""

    name: str = "multilead"

    def delineate(self, record: ECGRecord, r_peaks: NDArray[np.int64]) -> dict[str, Waves]:
        """Waves of every lead; a flat or absent lead has none.

        P is kept where the signal before the QRS repeats from beat to beat, so it is absent in
        atrial fibrillation, and also where atria and ventricles beat apart. Over two or three beats
        anything repeats: there a P says little.
        """
        waves = {lead: Waves.unknown(r_peaks.size) for lead in record.leads}
        if r_peaks.size < MIN_BEATS:
            return waves
        for block in beat_blocks(r_peaks, record.fs_hz, record.n_samples):
            _delineate_block(record, r_peaks, block, waves)
        for lead, samples in zip(record.leads, record.signal_mv, strict=True):
            drop_unrecorded(waves[lead], ~np.isfinite(samples))
        return waves


def _delineate_block(
    record: ECGRecord, r_peaks: NDArray[np.int64], block: Block, waves: dict[str, Waves]
) -> None:
    piece = record.signal_mv[:, block.first : block.last]
    alive = _alive(piece)
    if not alive.any():
        return
    signal, missing = bridge_gaps(resample(piece[alive], record.fs_hz, FS_HZ))
    r = np.rint((r_peaks[block.seen] - block.first) * FS_HZ / record.fs_hz).astype(np.int64)
    gaps = gather(missing.astype(np.float64), r[None, :, None] + QRS_CORE)
    recorded = np.asarray(gaps.max(axis=2) == 0)
    qrs = find_qrs(signal, r, recorded, FS_HZ)
    p, t = _p_and_t(_without_qrs(signal, qrs), r, recorded, qrs)
    p[:, :, OFFSET] = np.minimum(p[:, :, OFFSET], qrs.onset)
    p[p[:, :, PEAK] >= qrs.onset] = np.nan
    t[:, :, ONSET] = np.maximum(t[:, :, ONSET], qrs.offset)
    t[t[:, :, PEAK] <= qrs.offset] = np.nan
    bounds = np.stack([qrs.onset, qrs.peak, qrs.offset], axis=2)
    for row, lead in enumerate(np.array(record.leads)[alive]):
        target = waves[str(lead)]
        for wave, marks in ((target.p, p), (target.qrs, bounds), (target.t, t)):
            wave[block.own] = marks[row, block.own_in_seen] * (record.fs_hz / FS_HZ) + block.first


def _alive(piece_mv: NDArray[np.float32]) -> NDArray[np.bool_]:
    recorded = np.isfinite(piece_mv)
    swing = np.where(recorded, piece_mv, -np.inf).max(axis=1) - np.where(recorded, piece_mv, np.inf).min(
        axis=1
    )
    return np.asarray(recorded.any(axis=1) & (swing > MIN_RANGE_MV))


def _p_and_t(
    signal_mv: Floats, r: NDArray[np.int64], recorded: NDArray[np.bool_], qrs: QRSMarks
) -> tuple[Floats, Floats]:
    """P and T marks `(leads, beats, 3)` in a signal without QRS complexes."""
    t = find_waves(signal_mv, recorded, _t_span(r, qrs, signal_mv.shape[1] - 1.0), T_SHAPE, FS_HZ)
    t_end = nanmedian(t.marks[:, :, OFFSET], axis=0)
    p = find_waves(signal_mv, recorded, _p_span(r, qrs, t_end), P_SHAPE, FS_HZ)
    tied = np.median(p.likeness) >= P_RECORD_LIKENESS
    return _kept(p, tied & (p.likeness >= P_BEAT_LIKENESS)), _kept(t, t.likeness >= T_BEAT_LIKENESS)


def _t_span(r: NDArray[np.int64], qrs: QRSMarks, last: float) -> Span:
    """After the own QRS and before the next; repolarization shortens with the root of RR (Bazett 1920)."""
    scale = np.sqrt(local_rr_s(r, FS_HZ)) * FS_HZ
    next_begin = np.append(qrs.begin[1:], last)
    high = np.clip(np.minimum(r + R_T_MOST * scale, next_begin - 0.02 * FS_HZ), 0.0, last)
    low = _below(np.maximum(qrs.end + QRS_T_S * FS_HZ, r + R_T_LEAST * scale), high)
    return Span(
        low,
        high,
        qrs.end,
        next_begin,
        T_REACH * scale,
        usual=r + R_T_USUAL * scale,
        spread=R_T_SPREAD * scale,
    )


def _p_span(r: NDArray[np.int64], qrs: QRSMarks, t_end: Floats) -> Span:
    """Before the own QRS and after the previous T."""
    previous_t_end, previous_end = np.append(0.0, t_end[:-1]), np.append(0.0, qrs.end[:-1])
    high = np.maximum(qrs.begin - 0.01 * FS_HZ, 0.0)
    low = _below(np.fmax(r - PR_S * FS_HZ, previous_t_end + 0.02 * FS_HZ), high)
    reach, anywhere = np.full(r.shape, P_REACH_S * FS_HZ), np.full(r.shape, np.inf)
    return Span(low, high, previous_end, qrs.begin, reach, usual=r.astype(np.float64), spread=anywhere)


def _below(low: Floats, high: Floats) -> Floats:
    """`low` within the signal and, where waves crowd, at least 40 ms below `high`."""
    return np.clip(low, 0.0, np.maximum(high - 0.04 * FS_HZ, 0.0))


def _kept(found: FoundWaves, present: NDArray[np.bool_]) -> Floats:
    return np.where(present[None, :, None], found.marks, np.nan)


def _without_qrs(signal_mv: Floats, qrs: QRSMarks) -> Floats:
    """The signal with straight lines in place of the QRS complexes."""
    blanked = signal_mv.copy()
    begin = np.maximum(np.rint(qrs.begin - BLANK_S * FS_HZ).astype(np.int64), 0)
    end = np.rint(qrs.end + BLANK_S * FS_HZ).astype(np.int64)
    for start, stop in zip(begin, end, strict=True):
        blanked[:, start:stop] = np.nan
    return bridge_gaps(blanked)[0]
