"""What files write about the patient, in many spellings."""

from __future__ import annotations

import re

from ecg_core.record import Sex

_MAX_AGE_YEARS = 120


def age_years(text: str) -> float | None:
    """An age in years from its text, or None for what is no age (PTB-XL writes 300 for "over 89")."""
    match = re.match(r"^\s*(\d{1,3}(\.\d+)?)\s*(y|years?)?\s*$", text, re.IGNORECASE)
    return float(match[1]) if match and float(match[1]) <= _MAX_AGE_YEARS else None


def sex(text: str) -> Sex | None:
    """Female or male from a word or its first letter, or None."""
    word = text.strip().lower()
    if word in {"f", "female", "w", "woman"}:
        return "female"
    return "male" if word in {"m", "male", "man"} else None
