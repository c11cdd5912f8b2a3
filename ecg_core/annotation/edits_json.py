"""Corrections by hand as plain JSON values, and back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, get_args, get_type_hints

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.edits import (
    BeatAdded,
    BeatEdits,
    BeatLeftOut,
    BeatRemoved,
    Edit,
    MarkMoved,
    MarkMovedInAll,
    WaveAbsent,
    WaveAbsentInAll,
)
from ecg_core.annotation.types import Annotation
from ecg_core.errors import EditError

MAX_EDITS = 10_000
_LEAST_BEATS, _SAME_BEAT_S, _SAME_SHARE = 3, 0.06, 0.5
_LONGEST_S = 1e7  # no record is as long: a time beyond it is nonsense

_KINDS: dict[str, type[Edit]] = {
    "mark moved": MarkMoved,
    "wave absent": WaveAbsent,
    "mark moved in all beats": MarkMovedInAll,
    "wave absent in all beats": WaveAbsentInAll,
    "beat left out": BeatLeftOut,
    "beat removed": BeatRemoved,
    "beat added": BeatAdded,
}
_WORDS = {kind: words for words, kind in _KINDS.items()}
_WHENCE = "Choose the annotation (JSON) that was saved on the page Cycles."


def edits_json(edits: BeatEdits) -> list[dict[str, Any]]:
    """One object for each correction, the first one first: its kind by "edit", and its facts; times in seconds."""
    return [{"edit": _WORDS[type(edit)], **asdict(edit)} for edit in edits.edits]


@dataclass(frozen=True, eq=False)
class SavedEdits:
    """Corrections from a file, and where the R peaks of their ECG were, in seconds; none where the file does not say."""

    edits: BeatEdits
    r_s: NDArray[np.float64]

    def may_be_of(self, annotation: Annotation) -> bool:
        """Whether the beats found are those of the file, half of them at least: not all are found by every method, and some were put right."""
        here_s = annotation.r_peaks / annotation.fs_hz
        if self.r_s.size < _LEAST_BEATS or not here_s.size:
            return True
        nearest_s = np.abs(self.r_s[:, None] - here_s).min(axis=1)
        return bool(np.mean(nearest_s <= _SAME_BEAT_S) >= _SAME_SHARE)


def read_edits(content: bytes) -> SavedEdits:
    """What is in a file as `annotation_json` makes it. Raises EditError for anything else, and where nothing was corrected."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise EditError(f"This file is not JSON, or damaged. {_WHENCE}") from error
    items = value.get("edited") if isinstance(value, dict) else None
    if not isinstance(items, list):
        raise EditError(f"This file is not the annotation of an ECG. {_WHENCE}")
    if not items:
        raise EditError("This annotation holds no corrections by hand; there is nothing to load.")
    if len(items) > MAX_EDITS:
        raise EditError(
            f"This file holds {len(items):,} corrections; {MAX_EDITS:,} are the most that are read."
        )
    edits = BeatEdits(tuple(_edit(item, number) for number, item in enumerate(items, start=1)))
    return SavedEdits(edits, _r_peaks_s(value))


def _r_peaks_s(value: dict[str, Any]) -> NDArray[np.float64]:
    """R peaks in seconds; none where the file does not tell them as numbers."""
    try:
        samples, fs_hz = np.asarray(value["r_peaks"], dtype=np.float64).reshape(-1), float(value["fs"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return np.zeros(0)
    return samples / fs_hz if fs_hz > 0 else np.zeros(0)


def _edit(item: object, number: int) -> Edit:
    said = item if isinstance(item, dict) else {}
    kind = _KINDS.get(str(said.get("edit")))
    if kind is None:
        raise EditError(f"Correction {number} in this file is of no known kind; nothing was loaded.")
    facts: dict[str, Any] = {
        name: _time_s(said.get(name), number, name) if hint is float else _word(said, number, name, hint)
        for name, hint in get_type_hints(kind).items()
    }
    return kind(**facts)


def _time_s(value: object, number: int, name: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _LONGEST_S:
        return float(value)  # not NaN, which no comparison holds for
    raise EditError(f'Correction {number} in this file has no usable time "{name}"; nothing was loaded.')


def _word(said: dict[str, Any], number: int, name: str, hint: object) -> str:
    value, words = said.get(name), get_args(hint)
    if value in words:
        return str(value)
    raise EditError(
        f'Correction {number} in this file must have {", ".join(words)} as its "{name}"; nothing was loaded.'
    )
