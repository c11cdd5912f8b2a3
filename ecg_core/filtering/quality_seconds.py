"""Signal quality of every lead in every second: what is wrong, and whether it may still be used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

from ecg_core.filtering.gaps import runs
from ecg_core.filtering.second_features import SecondFeatures, measure_seconds
from ecg_core.record import DIGITIZED_PAGE, ECGRecord

_MISSING_SHARE, _MISSING_UNUSABLE = 0.02, 0.5
_FLAT_SHARE = 0.5
_LARGEST_MV, _OFF_LEVEL_MV, _STICKS_OUT = 10.0, 5.0, 3.0
_CLIPPED_SHARE = 0.01
_DRIFT_MV, _DRIFT_UNUSABLE_MV = 0.4, 1.25
_MUSCLE_MV, _MUSCLE_UNUSABLE_MV = 0.012, 0.035
_MAINS_MV, _MAINS_RATIO = 0.02, 4.0


class Defect(IntFlag):
    """What can be wrong with a second of a lead; one without a signal that could be judged has nothing else."""

    MISSING = 1
    ELECTRODE_OFF = 2
    FLAT = 4
    CLIPPED = 8
    DRIFT = 16
    MUSCLE = 32
    MAINS = 64
    LARGE = 128


DEFECT_WORDS: dict[Defect, str] = {
    Defect.MISSING: "not recorded",
    Defect.ELECTRODE_OFF: "electrode off",
    Defect.FLAT: "flat",
    Defect.CLIPPED: "clipped",
    Defect.DRIFT: "baseline drift",
    Defect.MUSCLE: "muscle noise",
    Defect.MAINS: "mains interference",
    Defect.LARGE: "implausibly large",
}
GOOD, FAIR, POOR = 0, 1, 2  # the grades of a second
_NAMED_LEADS = 3
_CLOCK_FROM_S = 120


@dataclass(frozen=True)
class DefectStretch:
    """Seconds in a row in which the same is wrong with a lead."""

    lead: str
    defect: Defect
    start_s: float
    stop_s: float


@dataclass(frozen=True, eq=False)
class SecondsQuality:
    """What is wrong with each lead in each second of a recording; the last second may be a part of one.

    `defects` and `unusable` are `(leads, seconds)` uint8 of `Defect` bits: what there is, and the part of
    it for which a model may not use that second of that lead.
    """

    leads: tuple[str, ...]
    duration_s: float
    defects: NDArray[np.uint8]
    unusable: NDArray[np.uint8]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecondsQuality):
            return NotImplemented
        return (
            (self.leads, self.duration_s) == (other.leads, other.duration_s)
            and np.array_equal(self.defects, other.defects)
            and np.array_equal(self.unusable, other.unusable)
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def grades(self) -> NDArray[np.int8]:
        """`(leads, seconds)`: `GOOD`, `FAIR` (something is wrong) or `POOR` (not to be used)."""
        return np.where(self.unusable > 0, POOR, np.where(self.defects > 0, FAIR, GOOD)).astype(np.int8)

    def usable(self, lead: str) -> NDArray[np.bool_]:
        """Which seconds of a lead a model may use, `(seconds,)`. Raises ValueError for an absent lead."""
        return np.asarray(self.unusable[self.leads.index(lead)] == 0)

    def reasons(self, lead: str, second: int) -> tuple[str, ...]:
        """What is wrong with a lead in a second, in words; nothing where it is good."""
        bits = Defect(int(self.defects[self.leads.index(lead), second]))
        return tuple(words for defect, words in DEFECT_WORDS.items() if defect in bits)

    def where(self, defect: Defect) -> NDArray[np.bool_]:
        """Where a defect (or one of several) was found, `(leads, seconds)`."""
        return np.asarray((self.defects & defect) > 0)

    def detached(self) -> NDArray[np.bool_]:
        """Where an electrode was off or a lead far too large, and the seconds beside that the filter carried it into."""
        off = self.where(Defect.ELECTRODE_OFF | Defect.LARGE)
        beside = np.zeros_like(off)
        beside[:, 1:] |= off[:, :-1]
        beside[:, :-1] |= off[:, 1:]
        return np.asarray(off | (beside & (self.unusable > 0)))

    def stretches(self) -> tuple[DefectStretch, ...]:
        """Everything that is wrong, in the order of `Defect` and of the leads, seconds in a row taken together."""
        return tuple(
            DefectStretch(lead, defect, float(start_s), float(stop_s))
            for defect, lead, bounds_s in self._bounds_s()
            for start_s, stop_s in bounds_s.tolist()
        )

    def phrase(self, most: int = 3) -> str:
        """``"V3 electrode off from 4 to 7 s; I, II muscle noise in 5 of 10 s"``, the worst first; empty where all is good."""
        leads_with: dict[str, list[str]] = defaultdict(list)
        for defect, lead, bounds_s in self._bounds_s():
            leads_with[f"{DEFECT_WORDS[defect]} {_when(bounds_s, self.duration_s)}"].append(lead)
        parts = [f"{_names(leads)} {what}" for what, leads in leads_with.items()]
        more = [f"{len(parts) - most} more"] if len(parts) > most else []
        return "; ".join(parts[:most] + more)

    def _bounds_s(self) -> Iterator[tuple[Defect, str, NDArray[np.float64]]]:
        """Each defect that a lead has, with start and stop `(stretches, 2)` of its seconds in a row."""
        for defect in Defect:
            for lead, seconds in zip(self.leads, self.where(defect), strict=True):
                if seconds.any():
                    yield defect, lead, np.minimum(runs(seconds), self.duration_s)


def _when(bounds_s: NDArray[np.float64], duration_s: float) -> str:
    """``"from 4 to 7 s"``, ``"in 3 of 10 s"`` or ``"throughout"``."""
    total_s = float(np.diff(bounds_s).sum())
    if total_s >= duration_s:
        return "throughout"
    if len(bounds_s) == 1:
        start_s, stop_s = bounds_s[0].tolist()
        return f"from {_clock(start_s)} to {_clock(stop_s)}{'' if stop_s > _CLOCK_FROM_S else ' s'}"
    return f"in {total_s:.0f} of {duration_s:.0f} s"


def _clock(seconds: float) -> str:
    """Whole seconds, as a clock shows them from two minutes on."""
    whole = round(seconds)
    if whole <= _CLOCK_FROM_S:
        return f"{whole}"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _names(leads: list[str]) -> str:
    return ", ".join(leads) if len(leads) <= _NAMED_LEADS else f"{len(leads)} leads"


def blank_seconds(record: ECGRecord, seconds: NDArray[np.bool_]) -> ECGRecord:
    """The record with nothing in these `(leads, seconds)` of it, NaN; the record itself where there are none."""
    if not seconds.any():
        return record
    at = np.minimum((np.arange(record.n_samples) / record.fs_hz).astype(np.int64), seconds.shape[1] - 1)
    return record.with_signal(np.where(seconds[:, at], np.float32(np.nan), record.signal_mv))


def judge_seconds(raw: ECGRecord, filtered: ECGRecord) -> SecondsQuality:
    """Judge every second of every lead; `filtered` is the same record after the default `filter_record`.

    A second is missing where more than 2 % of it was not recorded (unusable: half); flat where half of it
    lies within 1.5 s that stay within 10 uV; an electrode is off where, unlike in the rest of the lead, the
    signal spans 10 mV within a second, jumps by 5 mV, or lies 5 mV from its usual level, which no heart does. All limits, and how often
    they are passed, are in docs/quality.md. Beyond what is printed on a page a lead is unusable, but has no defect.
    """
    features = measure_seconds(raw, filtered)
    found, unusable = _found(features), _unusable(features)
    if raw.source.format == DIGITIZED_PAGE:
        found[Defect.MISSING] &= _between_printed(found[Defect.MISSING])
    return SecondsQuality(raw.leads, raw.duration_s, _bits(found), _bits(unusable))


def _between_printed(missing: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """From the first to the last second that each lead is wholly printed in; beyond them nothing is amiss."""
    printed = ~missing
    return np.asarray(
        np.logical_or.accumulate(printed, axis=1)
        & np.logical_or.accumulate(printed[:, ::-1], axis=1)[:, ::-1]
    )


def _found(seconds: SecondFeatures) -> dict[Defect, NDArray[np.bool_]]:
    missing = seconds.missing_share > _MISSING_SHARE
    rest = seconds.missing_share <= _MISSING_UNUSABLE  # where there is something to judge
    off = rest & _electrode_off(seconds)
    flat = rest & ~off & (seconds.flat_share >= _FLAT_SHARE)
    large = rest & ~off & (seconds.range_mv >= _LARGEST_MV)
    rest = rest & ~off & ~flat & ~large
    stands_out = seconds.mains_mv >= _MAINS_RATIO * seconds.beside_mains_mv
    return {
        Defect.MISSING: missing,
        Defect.ELECTRODE_OFF: off,
        Defect.FLAT: flat,
        Defect.CLIPPED: rest & (seconds.clipped_share > _CLIPPED_SHARE),
        Defect.DRIFT: rest & (seconds.wander_mv >= _DRIFT_MV),
        Defect.MUSCLE: rest & (seconds.noise_mv >= _MUSCLE_MV),
        Defect.MAINS: rest & stands_out & (seconds.mains_mv >= _MAINS_MV),
        Defect.LARGE: large,
    }


def _unusable(seconds: SecondFeatures) -> dict[Defect, NDArray[np.bool_]]:
    found = _found(seconds)
    always = (Defect.ELECTRODE_OFF, Defect.FLAT, Defect.CLIPPED, Defect.LARGE)
    return {
        Defect.MISSING: seconds.missing_share > _MISSING_UNUSABLE,
        **{defect: found[defect] for defect in always},
        Defect.DRIFT: found[Defect.DRIFT] & (seconds.wander_mv >= _DRIFT_UNUSABLE_MV),
        Defect.MUSCLE: found[Defect.MUSCLE] & (seconds.noise_mv >= _MUSCLE_UNUSABLE_MV),
    }


def _electrode_off(seconds: SecondFeatures) -> NDArray[np.bool_]:
    """Seconds that stick out of their own lead: one that is as large throughout has another scale."""
    recorded = seconds.missing_share <= _MISSING_UNUSABLE

    def usual(feature: NDArray[np.float32]) -> NDArray[np.float64]:
        rows = [row[there] for row, there in zip(feature, recorded, strict=True)]
        return np.array([np.median(row) if row.size else 0.0 for row in rows])[:, None]

    away_mv = np.abs(seconds.level_mv - usual(seconds.level_mv))
    large_mv = np.maximum(_LARGEST_MV, _STICKS_OUT * usual(seconds.range_mv))
    step_mv = np.maximum(_OFF_LEVEL_MV, _STICKS_OUT * usual(seconds.level_range_mv))
    off = (away_mv >= step_mv) | (seconds.range_mv >= large_mv) | (seconds.level_range_mv >= step_mv)
    return np.asarray(off)


def _bits(present: dict[Defect, NDArray[np.bool_]]) -> NDArray[np.uint8]:
    shape = next(iter(present.values())).shape
    bits = np.zeros(shape, dtype=np.uint8)
    for defect, where in present.items():
        bits |= np.where(where, np.uint8(defect), np.uint8(0))
    return bits
