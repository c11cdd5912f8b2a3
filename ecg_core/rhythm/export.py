"""Rhythm facts as plain JSON values, the key "rhythm" of `python -m ecg_core annotate`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ecg_core.rhythm.types import RhythmFact, RhythmFacts


def rhythm_json(rhythm: RhythmFacts) -> dict[str, Any]:
    """The facts by key, null where not assessed, and the numbers of the ectopic beats in "r_peaks", from 0."""
    return {
        "summary": rhythm.summary,
        "facts": {fact.key: _fact(fact) for fact in rhythm.facts},
        "premature_beats": np.flatnonzero(rhythm.premature).tolist(),
        "ventricular_beats": np.flatnonzero(rhythm.ventricular).tolist(),
    }


def _fact(fact: RhythmFact) -> dict[str, Any]:
    def number(value: float) -> float | None:
        return round(value, 2) if math.isfinite(value) else None

    return {
        "found": fact.found,
        "text": fact.text,
        "value": number(fact.value),
        "limit": number(fact.limit),
        "unit": fact.unit,
    }
