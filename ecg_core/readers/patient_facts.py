"""What files write about the patient, in many spellings."""

from __future__ import annotations

import re

from ecg_core.record import Sex

_MAX_AGE_YEARS = 120


def plausible_age(years: float) -> float | None:
    """The age, or None for one that nobody has (PTB-XL writes 300 for "over 89")."""
    return years if 0 <= years <= _MAX_AGE_YEARS else None


def age_years(text: str) -> float | None:
    """An age in years from its text, or None for what is no age."""
    match = re.match(r"^\s*(\d{1,3}(\.\d+)?)\s*(y|years?)?\s*$", text, re.IGNORECASE)
    return plausible_age(float(match[1])) if match else None


def sex(text: str) -> Sex | None:
    """Female or male from a word or its first letter, or None."""
    word = text.strip().lower()
    if word in {"f", "female", "w", "woman"}:
        return "female"
    return "male" if word in {"m", "male", "man"} else None
