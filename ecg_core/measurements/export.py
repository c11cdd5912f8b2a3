"""Measurements as plain JSON values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ecg_core.measurements.types import Measurement


def measurements_json(measurements: Sequence[Measurement]) -> dict[str, dict[str, Any]]:
    """By key, ready for `json.dumps`; None for what could not be measured."""
    return {item.key: _measurement(item) for item in measurements}


def _measurement(item: Measurement) -> dict[str, Any]:
    return {
        "name": item.name,
        "unit": item.unit,
        "value": _number(item.value),
        "low": _number(item.low),
        "high": _number(item.high),
        "n_beats": item.n_beats,
    }


def _number(value: float) -> float | None:
    return round(value, 2) if math.isfinite(value) else None
