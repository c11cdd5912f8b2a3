"""Facts about the rhythm as a clinician calls them."""

from __future__ import annotations

import math

from app.components.text import number
from ecg_core.rhythm.types import RhythmFact

_NAMES = {
    "irregular": "Irregular",
    "no_p_waves": "No P waves",
    "fibrillation": "Atrial fibrillation",
    "wide_qrs": "Wide QRS",
    "bradycardia": "Bradycardia",
    "tachycardia": "Tachycardia",
    "paced": "Ventricular pacing",
    "ectopic_beats": "Ectopic beats",
}
_SUSPECTED = {"fibrillation", "paced"}  # what only a clinician can call
_SIDES = {
    "no_p_waves": "below",
    "bradycardia": "below",
    "wide_qrs": "from",
    "paced": "from",
    "ectopic_beats": "from",
}


def fact_name(fact: RhythmFact) -> str:
    """``"Atrial fibrillation"``."""
    return _NAMES[fact.key]


def found_name(fact: RhythmFact) -> str:
    """What is said where it was found: ``"Looks like atrial fibrillation"``."""
    name = _NAMES[fact.key]
    return f"Looks like {name[0].lower()}{name[1:]}" if fact.key in _SUSPECTED else name


def found_word(fact: RhythmFact) -> str:
    """``"found"``, ``"not found"`` or ``"not assessed"``."""
    return "not assessed" if fact.found is None else "found" if fact.found else "not found"


def value_words(fact: RhythmFact) -> str:
    """``"134 ms"``; a dash where nothing was measured."""
    return _with_unit(fact.value, fact.unit)


def limit_words(fact: RhythmFact) -> str:
    """``"from 120 ms"``; a dash where there is none."""
    limit = _with_unit(fact.limit, fact.unit)
    return f"{_SIDES.get(fact.key, 'above')} {limit}" if math.isfinite(fact.limit) else limit


def _with_unit(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return number(value)
    return f"{number(value)} {'beat' if unit == 'beats' and value == 1 else unit}"
