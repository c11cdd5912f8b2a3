"""Beats and waves corrected by hand, on top of what a method found.

Edits name their beat by the time of its R peak, so that they also apply to what another filter or method finds.
Their order matters: each one applies to what those before it left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, get_args

from ecg_core.annotation.draft import Draft
from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Annotation
from ecg_core.errors import EditError

WaveName = Literal["P", "QRS", "T"]
MarkName = Literal["onset", "peak", "offset"]

WAVE_NAMES: tuple[WaveName, ...] = get_args(WaveName)
MARK_COLUMNS: dict[MarkName, int] = {"onset": ONSET, "peak": PEAK, "offset": OFFSET}


@dataclass(frozen=True)
class MarkMoved:
    """A mark of one beat over all leads, set to a time; the peak of QRS is R."""

    r_s: float
    wave: WaveName
    mark: MarkName
    to_s: float


@dataclass(frozen=True)
class WaveAbsent:
    """The beat has no such wave, as P in atrial fibrillation."""

    r_s: float
    wave: Literal["P", "T"]


@dataclass(frozen=True)
class MarkMovedInAll:
    """A mark as far from R in every beat that counts and in which it fits; negative before R."""

    wave: WaveName
    mark: MarkName
    from_r_s: float


@dataclass(frozen=True)
class WaveAbsentInAll:
    """No beat has such a wave."""

    wave: Literal["P", "T"]


@dataclass(frozen=True)
class BeatLeftOut:
    """A true beat that shall not count for waves, median beat and cycles (ectopic, noisy); RR keeps it."""

    r_s: float


@dataclass(frozen=True)
class BeatRemoved:
    """Not a beat at all, as a T wave or an artefact taken for one."""

    r_s: float


@dataclass(frozen=True)
class BeatAdded:
    """A beat that was not found."""

    r_s: float


Edit = MarkMoved | WaveAbsent | MarkMovedInAll | WaveAbsentInAll | BeatLeftOut | BeatRemoved | BeatAdded


@dataclass(frozen=True)
class BeatEdits:
    """All corrections of one ECG, the first one first."""

    edits: tuple[Edit, ...] = ()

    def __len__(self) -> int:
        return len(self.edits)

    def plus(self, edit: Edit) -> BeatEdits:
        """With one more; a mark that is moved on takes the place of its last move."""
        last = self.edits[-1] if self.edits else None
        moved_on = (
            isinstance(edit, MarkMoved)
            and isinstance(last, MarkMoved)
            and replace(last, to_s=edit.to_s) == edit
        )
        return BeatEdits((*(self.edits[:-1] if moved_on else self.edits), edit))

    def without(self, edit: Edit) -> BeatEdits:
        """Without one of them."""
        return BeatEdits(tuple(other for other in self.edits if other != edit))


def apply_edit(annotation: Annotation, edit: Edit, duration_s: float = math.inf) -> Annotation:
    """One correction. Raises EditError where it cannot be, in words for the person who asked for it."""
    draft = Draft(annotation, duration_s)
    _apply(draft, edit)
    return draft.annotation()


def apply_edits(annotation: Annotation, edits: BeatEdits, duration_s: float = math.inf) -> Annotation:
    """All corrections that fit the beats found; a warning says how many do not. Without edits the same object.

    `duration_s` is the record's, beyond whose end nothing can be. Where a mark is moved, it moves in every lead
    that shows it too; a lead's mark that then stands on the wrong side of it is no longer known. A wave declared
    absent is absent in all leads.
    """
    if not edits:
        return annotation
    draft, n_unfit = _applied(annotation, edits, duration_s)
    result = draft.annotation()
    if not n_unfit:
        return result
    warning = (
        f"{n_unfit} of {len(edits)} corrections by hand do not fit the beats found here and do not apply."
    )
    return replace(result, warnings=(*result.warnings, warning))


def any_fits(annotation: Annotation, edits: BeatEdits, duration_s: float = math.inf) -> bool:
    """Whether at least one of the corrections fits the beats found."""
    return _applied(annotation, edits, duration_s)[1] < len(edits)


def _applied(annotation: Annotation, edits: BeatEdits, duration_s: float) -> tuple[Draft, int]:
    """The corrected draft, and how many corrections did not fit."""
    draft, n_unfit = Draft(annotation, duration_s), 0
    for edit in edits.edits:
        try:
            _apply(draft, edit)
        except EditError:
            n_unfit += 1
    return draft, n_unfit


def _apply(draft: Draft, edit: Edit) -> None:
    match edit:
        case MarkMoved(r_s, wave, mark, to_s):
            draft.move(r_s, WAVE_NAMES.index(wave), MARK_COLUMNS[mark], to_s)
        case WaveAbsent(r_s, wave):
            draft.declare_absent(r_s, WAVE_NAMES.index(wave))
        case MarkMovedInAll(wave, mark, from_r_s):
            draft.move_in_all(WAVE_NAMES.index(wave), MARK_COLUMNS[mark], from_r_s)
        case WaveAbsentInAll(wave):
            draft.declare_absent_in_all(WAVE_NAMES.index(wave))
        case BeatLeftOut(r_s):
            draft.leave_out(r_s)
        case BeatRemoved(r_s):
            draft.remove(r_s)
        case BeatAdded(r_s):
            draft.add(r_s)
