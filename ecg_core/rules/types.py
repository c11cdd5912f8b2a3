"""What a rule asks, and what it found in one ECG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Direction = Literal["high", "low", "either"]  # the potassium with which the sign is seen


@dataclass(frozen=True)
class Rule:
    """One sign as the literature or this project defines it.

    `meaning` is its limit in words, `source` who set it, `also_seen` what else looks the same.
    """

    key: str
    name: str
    limit: float
    unit: str
    meaning: str
    direction: Direction
    source: str
    also_seen: str


@dataclass(frozen=True)
class Sign:
    """What a rule found. `present` is None where it could not be measured: that is no finding, and never "normal".

    `value` (NaN where there is none) is compared with `rule.limit`, both in `rule.unit`; `text` is a sentence in each of the
    three cases. `danger`: present, and known to come before harm. `leads` are those that show it.
    """

    rule: Rule
    present: bool | None
    text: str
    value: float = float("nan")
    danger: bool = False
    leads: tuple[str, ...] = ()
