"""Signal quality in bins of time, few enough to be drawn: of ten seconds each second, of a day some minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from ecg_core.figures.theme import Quality
from ecg_core.filtering.quality_seconds import DEFECT_WORDS, Defect, SecondsQuality

MAX_BINS = 240
UNUSABLE_SHARE = 0.5  # of a bin's seconds, from which the whole bin is shown so
FAIR_SHARE = 0.1
LEVELS: tuple[Quality, ...] = get_args(Quality)
GOOD, FAIR, NOT_USABLE, NOT_RECORDED = range(4)
_CLOCK_FROM_S = 120

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class QualityBins:
    """Every lead over time: `levels` `(leads, bins)` are places in `LEVELS`; the last bin may be shorter.

    `words` `(leads, bins)` say lead, time, level and what is wrong.
    """

    leads: tuple[str, ...]
    bin_s: int
    levels: NDArray[np.int8]
    words: NDArray[np.object_]


def bin_quality(quality: SecondsQuality, most: int = MAX_BINS) -> QualityBins:
    """At most `most` bins of whole seconds, each at the level of a second of it or, of many, by their shares."""
    n_seconds = quality.defects.shape[1]
    bin_s = max(1, -(-n_seconds // most))
    starts = np.arange(0, n_seconds, bin_s)
    sizes = np.diff(np.append(starts, n_seconds))

    def count(seconds: NDArray[np.bool_]) -> Counts:
        return np.add.reduceat(seconds.astype(np.int64), starts, axis=1)

    absent = count((quality.unusable & Defect.MISSING) > 0)
    unusable = count(quality.unusable > 0)
    amiss = count((quality.defects | quality.unusable) > 0)
    levels = np.select(
        [absent >= UNUSABLE_SHARE * sizes, unusable >= UNUSABLE_SHARE * sizes, amiss >= FAIR_SHARE * sizes],
        [NOT_RECORDED, NOT_USABLE, FAIR],
        GOOD,
    ).astype(np.int8)
    counts = {defect: count(quality.where(defect)) for defect in Defect}
    stops_s = np.minimum(starts + sizes, quality.duration_s)
    when = [f"{clock(a)} to {clock(b)}" for a, b in zip(starts.tolist(), stops_s.tolist(), strict=True)]
    words = np.empty(levels.shape, dtype=object)
    for row, column in np.ndindex(levels.shape):
        found = {defect: int(counts[defect][row, column]) for defect in Defect}
        level = LEVELS[levels[row, column]]
        words[row, column] = f"{quality.leads[row]}, {when[column]}: {level}{_reasons(found, bin_s)}"
    return QualityBins(quality.leads, bin_s, levels, words)


def clock(seconds: float) -> str:
    """``"7 s"``, ``"9.6 s"``, from two minutes on ``"0:03:20"``."""
    if seconds <= _CLOCK_FROM_S:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    return str(timedelta(seconds=round(seconds)))


def _reasons(found: dict[Defect, int], bin_s: int) -> str:
    """``" (clipped, muscle noise)"``, of longer bins with the number of seconds."""
    named = [
        DEFECT_WORDS[defect] + (f" {n_seconds} s" if bin_s > 1 else "")
        for defect, n_seconds in found.items()
        if n_seconds
    ]
    return f" ({', '.join(named)})" if named else ""
