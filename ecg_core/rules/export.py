"""Signs as plain JSON values, the key "signs" of `python -m ecg_core annotate`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ecg_core.rules.types import Sign


def signs_json(signs: Sequence[Sign]) -> dict[str, Any]:
    """By key; "present" is null where the sign could not be measured."""
    return {sign.rule.key: _sign(sign) for sign in signs}


def _sign(sign: Sign) -> dict[str, Any]:
    rule = sign.rule
    return {
        "name": rule.name,
        "present": sign.present,
        "danger": sign.danger,
        "value": round(sign.value, 3) if math.isfinite(sign.value) else None,
        "limit": rule.limit,
        "unit": rule.unit,
        "text": sign.text,
        "leads": list(sign.leads),
        "direction": rule.direction,
        "meaning": rule.meaning,
        "source": rule.source,
        "also_seen": rule.also_seen,
    }
