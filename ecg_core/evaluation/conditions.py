"""What the models are to find: hyper-, hypo- and severe hyperkalemia, by the true potassium."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ecg_core.inference.types import HYPERKALEMIA_MEQ_L, HYPOKALEMIA_MEQ_L, SEVERE_MEQ_L

Condition = Literal["hyper", "hypo", "severe"]
NAMES: dict[Condition, str] = {
    "hyper": "Hyperkalemia",
    "hypo": "Hypokalemia",
    "severe": "Severe hyperkalemia",
}
CONDITIONS: dict[Condition, str] = {
    "hyper": f"K ≥ {HYPERKALEMIA_MEQ_L:g}",
    "hypo": f"K ≤ {HYPOKALEMIA_MEQ_L:g}",
    "severe": f"K ≥ {SEVERE_MEQ_L:g}",
}


def with_limit(condition: Condition) -> str:
    """``"Hyperkalemia (K ≥ 5.5)"``."""
    return f"{NAMES[condition]} ({CONDITIONS[condition]})"


def has_condition(condition: Condition, k_meq_l: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which of these potassium values have it; NaN has nothing."""
    if condition == "hypo":
        return np.asarray(k_meq_l <= HYPOKALEMIA_MEQ_L)
    return np.asarray(k_meq_l >= (HYPERKALEMIA_MEQ_L if condition == "hyper" else SEVERE_MEQ_L))
