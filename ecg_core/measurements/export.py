"""Measurements as plain JSON values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ecg_core.measurements.types import Measurement

_DIGITS = 3  # 1 uV


def measurements_json(measurements: Sequence[Measurement]) -> dict[str, dict[str, Any]]:
    """By key, ready for `json.dumps`; None for what could not be measured or does not exist."""
    return {item.key: _measurement(item) for item in measurements}


def _measurement(item: Measurement) -> dict[str, Any]:
    return {
        "name": item.name,
        "unit": item.unit,
        "value": _number(item.value),
        "low": _number(item.low),
        "high": _number(item.high),
        "n_beats": item.n_beats,
        "median_beat": _number(item.median_beat),
        "group": item.group,
        "leads": list(item.leads),
        "source": item.source,
    }


def _number(value: float) -> float | None:
    return round(value, _DIGITS) if math.isfinite(value) else None
