"""A value of every lead, and what two leads at least agree on."""

from __future__ import annotations

import math
from collections.abc import Mapping

LEAST_LEADS = 2  # one lead may be noise; a record with a single lead is judged by that one

Values = Mapping[str, float]  # of measurements, by key


def by_lead(values: Values, key: str, leads: tuple[str, ...]) -> dict[str, float]:
    """The known values of one quantity in those of the `leads` that have one."""
    found = {lead: values.get(f"{key}_{lead}", math.nan) for lead in leads}
    return {lead: value for lead, value in found.items() if math.isfinite(value)}


def second_most(values: Mapping[str, float]) -> float:
    """What two leads at least reach: the second highest value, of a single lead its own, NaN of none."""
    ordered = sorted(values.values(), reverse=True)
    return ordered[min(LEAST_LEADS, len(ordered)) - 1] if ordered else math.nan


def leads_words(leads: tuple[str, ...]) -> str:
    """``"lead II"``, ``"leads V2, V3"``."""
    return f"lead{'' if len(leads) == 1 else 's'} {', '.join(leads)}"
