"""Working through the beats of long records in blocks, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import Waves

BEATS_AT_ONCE = 120
CONTEXT_BEATS = 2  # beats at the rim of a block are seen, but belong to the next block
MARGIN_S = 1.0


@dataclass(frozen=True)
class Block:
    """Samples `first:last` hold the beats `seen`, of which `own` are to be answered for."""

    first: int
    last: int
    seen: slice
    own: slice

    @property
    def own_in_seen(self) -> slice:
        """The block's own beats, counted among those it sees."""
        return slice(self.own.start - self.seen.start, self.own.stop - self.seen.start)


def beat_blocks(r_peaks: NDArray[np.int64], fs_hz: float, n_samples: int) -> Iterator[Block]:
    """Blocks that together own every beat once."""
    for start in range(0, r_peaks.size, BEATS_AT_ONCE):
        stop = min(r_peaks.size, start + BEATS_AT_ONCE)
        low, high = max(0, start - CONTEXT_BEATS), min(r_peaks.size, stop + CONTEXT_BEATS)
        first = max(0, int(r_peaks[low] - MARGIN_S * fs_hz))
        last = min(n_samples, int(r_peaks[high - 1] + MARGIN_S * fs_hz) + 1)
        yield Block(first, last, slice(low, high), slice(start, stop))


def drop_unrecorded(waves: Waves, missing: NDArray[np.bool_]) -> None:
    """Forget marks beyond the ends of a lead, and waves with a mark in a gap, `missing` `(samples,)`."""
    for wave in (waves.p, waves.qrs, waves.t):
        wave[(wave < 0) | (wave > missing.size - 1)] = np.nan
        known = np.isfinite(wave)
        in_gap = np.zeros_like(known)
        in_gap[known] = missing[np.rint(wave[known]).astype(np.int64)]
        wave[in_gap.any(axis=1)] = np.nan
