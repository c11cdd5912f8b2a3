"""What annotation finds: beats, waves, cycles. Positions are samples at the record's own rate."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

CYCLE_FS_HZ = 500.0
CYCLE_SAMPLES = 512  # 1.024 s
CYCLE_R_INDEX = 180  # where R stands in a cycle: 0.36 s before it, 0.664 s from it on

ONSET, PEAK, OFFSET = 0, 1, 2  # columns of the arrays in `Waves`


@dataclass(frozen=True, eq=False)
class Waves:
    """P, QRS and T of every beat in one lead (or over all leads).

    Each array is `(beats, 3)` float64: onset, peak, offset in samples, NaN where not known.
    """

    p: NDArray[np.float64]
    qrs: NDArray[np.float64]
    t: NDArray[np.float64]

    @classmethod
    def unknown(cls, n_beats: int) -> Waves:
        def blank() -> NDArray[np.float64]:
            return np.full((n_beats, 3), np.nan)

        return cls(blank(), blank(), blank())


@dataclass(frozen=True, eq=False)
class ByHand:
    """What in an annotation a person decided (`ecg_core.annotation.edits`); the rest was found by the method.

    `marks` `(beats, 3, 3)` bool: P, QRS, T by onset, peak, offset, True where the mark was set or declared
    absent. `added` and `left_out` `(beats,)` bool: beats that the method missed, and beats that count for the
    rhythm but for nothing else. `removed` int64: R peaks of the method that are no beats, in samples.
    """

    marks: NDArray[np.bool_]
    added: NDArray[np.bool_]
    left_out: NDArray[np.bool_]
    removed: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Annotation:
    """The beats of a record.

    `r_peaks` `(beats,)` int64, found over all leads together; `lead_waves` per lead, row i belongs
    to `r_peaks[i]`; `waves` the median over leads; `r_only` `(beats,)` bool, True where no usable
    waves were found and the beat is cut around R alone. `by_hand` is None where nobody changed anything.
    """

    fs_hz: float
    method: str
    r_peaks: NDArray[np.int64]
    lead_waves: dict[str, Waves]
    waves: Waves
    r_only: NDArray[np.bool_]
    warnings: tuple[str, ...] = field(default=())
    by_hand: ByHand | None = None

    @property
    def n_beats(self) -> int:
        return int(self.r_peaks.size)


@dataclass(frozen=True, eq=False)
class Cycles:
    """The beats of one lead cut out, at `CYCLE_FS_HZ`, R at `CYCLE_R_INDEX`.

    `beats_mv` `(beats, 512)` float32, NaN where a sample belongs to a neighbouring beat or was not
    recorded; `median_mv` `(512,)` over the beats in `in_median` (ectopic and noisy beats are out).
    """

    lead: str
    beats_mv: NDArray[np.float32]
    median_mv: NDArray[np.float32]
    in_median: NDArray[np.bool_]
