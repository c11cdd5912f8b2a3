"""Signal quality of a record, lead by lead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Grade = Literal["good", "fair", "poor"]


@dataclass(frozen=True)
class LeadQuality:
    """One lead's grade and, unless it is good, why (``"flat for 3.1 s"``, ``"muscle noise"``)."""

    lead: str
    grade: Grade
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class QualityReport:
    """The grade of every lead, of the record as a whole, and one sentence for the badge."""

    leads: tuple[LeadQuality, ...]
    grade: Grade
    summary: str
