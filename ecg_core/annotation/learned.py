"""Delineation by a network that was trained on marked ECGs (`wave_net`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from ecg_core.annotation.blocks import drop_unrecorded
from ecg_core.annotation.rpeaks import refine_r_peaks
from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Waves
from ecg_core.annotation.wave_net import FS_HZ, QRS, STRIDE, WaveNet
from ecg_core.annotation.wave_runs import (
    REFRACTORY_S,
    Probabilities,
    beat_waves,
    find_beats,
    joint_probabilities,
)
from ecg_core.annotation.wave_weights import bundled_network
from ecg_core.annotation.windows import nanmedian
from ecg_core.filtering.gaps import bridge_gaps
from ecg_core.filtering.resample import resample
from ecg_core.record import ECGRecord

BLOCK_S = 60.0  # long records are worked through in blocks of this length ...
MARGIN_S = 4.0  # ... that see so much of their neighbours
SEAM_S = 0.02  # a beat on the seam, seen a little elsewhere from either side, must not get lost
MIN_RANGE_MV = 0.03  # a lead that moves less in a block is flat

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LearnedDelineator:
    """The method "learned"; see `methods.Delineator`. It also finds the beats itself.

    `model` is another network than the one that comes with the program. Raises CheckpointError when that
    cannot be read.
    """

    name: str = "learned"
    model: WaveNet | None = field(default=None, compare=False)

    def delineate(self, record: ECGRecord, r_peaks: NDArray[np.int64]) -> dict[str, Waves]:
        """Waves of every lead for these beats."""
        return _waves_of_leads(record, self._marks(record, r_peaks)[1], r_peaks)

    def find_beats_and_waves(self, record: ECGRecord) -> tuple[NDArray[np.int64], dict[str, Waves]]:
        """R peaks `(beats,)` over all leads, the main deflection within the QRS, and the waves of every lead."""
        middles, marks = self._marks(record, None)
        new = (
            np.diff(middles, prepend=-record.n_samples) > REFRACTORY_S / 2 * record.fs_hz
        )  # two blocks saw it
        middles, marks = middles[new], marks[:, :, new]
        r_peaks = refine_r_peaks(record, middles) if middles.size else middles
        r_peaks = within_qrs(r_peaks, marks[1])
        return r_peaks, _waves_of_leads(record, marks, r_peaks)

    def _marks(
        self, record: ECGRecord, r_peaks: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], Floats]:
        """Where the beats are, or near `r_peaks`, and their marks `(P QRS T, leads, beats, 3)`."""
        model = self.model or bundled_network()
        blocks = [_read_block(model, record, r_peaks, *block) for block in _blocks(record)]
        places = [np.zeros(0, np.int64), *(beats for beats, _ in blocks)]
        marks = [np.zeros((3, len(record.leads), 0, 3)), *(found for _, found in blocks)]
        return np.concatenate(places), np.concatenate(marks, axis=2)


def within_qrs(r_peaks: NDArray[np.int64], qrs: Floats) -> NDArray[np.int64]:
    """R peaks that lie beyond the QRS `(leads, beats, 3)`, as may happen where it is wide, give way to the leads' own summits."""
    onset, summit, offset = (nanmedian(qrs[:, :, column], axis=0) for column in (ONSET, PEAK, OFFSET))
    beyond = (r_peaks <= onset) | (r_peaks >= offset)
    return np.where(beyond, np.rint(np.nan_to_num(summit)), r_peaks).astype(np.int64)


def _waves_of_leads(record: ECGRecord, marks: Floats, r_peaks: NDArray[np.int64]) -> dict[str, Waves]:
    """By lead; a QRS holds its R, and nothing lies where nothing was recorded."""
    waves = {}
    for row, (lead, samples) in enumerate(zip(record.leads, record.signal_mv, strict=True)):
        p, qrs, t = marks[:, row]
        qrs[:, ONSET] = np.minimum(qrs[:, ONSET], r_peaks)
        qrs[:, OFFSET] = np.maximum(qrs[:, OFFSET], r_peaks)
        waves[lead] = Waves(p, qrs, t)
        drop_unrecorded(waves[lead], ~np.isfinite(samples))
    return waves


def _blocks(record: ECGRecord) -> Iterator[tuple[int, int]]:
    """Start and stop of the blocks that together are the record."""
    step = int(BLOCK_S * record.fs_hz)
    for start in range(0, record.n_samples, step):
        yield start, min(start + step, record.n_samples)


def _read_block(
    model: WaveNet, record: ECGRecord, r_peaks: NDArray[np.int64] | None, start: int, stop: int
) -> tuple[NDArray[np.int64], Floats]:
    """The beats from `start` up to `stop` and their marks `(P QRS T, leads, beats, 3)`, in samples of the record."""
    first = max(0, start - int(MARGIN_S * record.fs_hz))
    piece = record.signal_mv[:, first : stop + int(MARGIN_S * record.fs_hz)]
    to_record = record.fs_hz / FS_HZ
    if r_peaks is None:
        known, seam = None, SEAM_S * record.fs_hz
    else:
        known, seam = r_peaks[(r_peaks >= first) & (r_peaks < first + piece.shape[1])] - first, 0.0
    seen, marks = _read_piece(model, piece, record.fs_hz, None if known is None else known / to_record)
    places = first + (np.rint(seen * to_record).astype(np.int64) if known is None else known)
    own = (places >= start - seam) & (places < stop + seam)
    return np.minimum(places[own], record.n_samples - 1), marks[:, :, own] * to_record + first


def _read_piece(
    model: WaveNet, piece_mv: NDArray[np.float32], fs_hz: float, beats: Floats | None
) -> tuple[NDArray[np.int64], Floats]:
    """Beats, unless they are known, and their marks `(P QRS T, leads, beats, 3)` in `(leads, samples)`, in samples at `FS_HZ`."""
    seen = np.zeros(0, np.int64) if beats is None else np.rint(beats).astype(np.int64)
    alive = _alive(piece_mv)
    if not alive.any():
        return seen, np.full((3, len(piece_mv), seen.size, 3), np.nan)
    signal = resample(piece_mv[alive], fs_hz, FS_HZ)
    recorded = np.isfinite(signal)
    probabilities = wave_probabilities(model, signal)
    if beats is None:
        seen = find_beats(joint_probabilities(probabilities, recorded)[QRS])
    marks = np.full((3, len(piece_mv), seen.size, 3), np.nan)
    marks[:, alive] = beat_waves(probabilities, bridge_gaps(signal)[0], recorded, seen)
    marks[(marks < 0) | (marks > signal.shape[1] - 1)] = np.nan  # the recording ended before the wave did
    return seen, marks


def _alive(piece_mv: NDArray[np.float32]) -> NDArray[np.bool_]:
    recorded = np.isfinite(piece_mv)
    highest = np.where(recorded, piece_mv, -np.inf).max(axis=1)
    lowest = np.where(recorded, piece_mv, np.inf).min(axis=1)
    return np.asarray(recorded.any(axis=1) & (highest - lowest > MIN_RANGE_MV))


def wave_probabilities(model: WaveNet, signal_mv: NDArray[np.float32]) -> Probabilities:
    """Class probabilities `(leads, 4, samples)` of `(leads, samples)` at `FS_HZ`, NaN where nothing was recorded."""
    n_samples = signal_mv.shape[1]
    padded = np.pad(signal_mv, ((0, 0), (0, -n_samples % STRIDE)), constant_values=np.nan)
    with torch.inference_mode(), _one_thread():
        probabilities: Probabilities = model(torch.from_numpy(padded)[None])[0].softmax(1).numpy()
    return probabilities[:, :, :n_samples]


@contextmanager
def _one_thread() -> Iterator[None]:
    """The network is too small to share: a second thread gains a fifth on an idle machine, and waits for long on a busy one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
