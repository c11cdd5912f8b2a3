"""Lead names and lead algebra (Einthoven 1912, Goldberger 1942).

Of the twelve standard leads eight are independent (I, II, V1-V6); any two limb leads give the other
four exactly. Arrays here are `(..., leads, samples)` in millivolts.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

LIMB_LEADS = ("I", "II", "III", "aVR", "aVL", "aVF")
CHEST_LEADS = ("V1", "V2", "V3", "V4", "V5", "V6")
STANDARD_LEADS = LIMB_LEADS + CHEST_LEADS
INDEPENDENT_LEADS = ("I", "II", *CHEST_LEADS)

# Each limb lead as (weight of I, weight of II).
LIMB_FROM_I_II: dict[str, tuple[float, float]] = {
    "I": (1.0, 0.0),
    "II": (0.0, 1.0),
    "III": (-1.0, 1.0),
    "aVR": (-0.5, -0.5),
    "aVL": (1.0, -0.5),
    "aVF": (-0.5, 1.0),
}

# A separator may stand inside a name only where it cannot join two names ("V-1", not "I-II"), and a
# leading minus is never dropped: "-aVR" is the inverted lead of the Cabrera order.
_LEAD_LABEL = re.compile(
    r"(?:(?:ecg|ekg|lead)[\s_:.-]*)*(?P<name>i{1,3}|a[\s_-]?v[\s_-]?[rlf]|v[\s_-]?[1-6])[\s_.]*",
    re.IGNORECASE,
)
_BY_LOWER_NAME = {name.lower(): name for name in STANDARD_LEADS}


def canonical_lead_name(name: str) -> str | None:
    """The standard spelling of a lead's name (``"ECG Lead AVR"`` -> ``"aVR"``), or None if it is not one of the twelve."""
    match = _LEAD_LABEL.fullmatch(name.strip())
    return _BY_LOWER_NAME[re.sub(r"[\s_-]", "", match["name"]).lower()] if match else None


def limb_leads_from_pair(
    first: str, first_mv: NDArray[np.float32], second: str, second_mv: NDArray[np.float32]
) -> dict[str, NDArray[np.float32]]:
    """All six limb leads from two different ones, by solving for I and II.

    Raises ValueError when the two names are the same or not limb leads.
    """
    if first == second or not {first, second} <= set(LIMB_LEADS):
        raise ValueError(f"two different limb leads are needed, not {first} and {second}")
    weights = np.array([LIMB_FROM_I_II[first], LIMB_FROM_I_II[second]])
    lead_i, lead_ii = np.tensordot(np.linalg.inv(weights), np.stack([first_mv, second_mv]), axes=1)
    return {name: (a * lead_i + b * lead_ii).astype(np.float32) for name, (a, b) in LIMB_FROM_I_II.items()}


def standard_from_independent(signal_mv: NDArray[np.float32]) -> NDArray[np.float32]:
    """`(..., 8, samples)` in the order of `INDEPENDENT_LEADS` -> `(..., 12, samples)` in the order of `STANDARD_LEADS`."""
    lead_i, lead_ii = signal_mv[..., 0, :], signal_mv[..., 1, :]
    limb = [a * lead_i + b * lead_ii for a, b in LIMB_FROM_I_II.values()]
    return np.concatenate([np.stack(limb, axis=-2), signal_mv[..., 2:, :]], axis=-2).astype(np.float32)
