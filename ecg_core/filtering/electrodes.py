"""Signs of exchanged electrodes and of a heart on the right side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ecg_core.filtering.lead_model import (
    chest_change,
    evidence,
    evidence_of_mirror,
    limb_change,
    mirror_image,
    wave_moments,
)
from ecg_core.leads import CHEST_LEADS
from ecg_core.record import ECGRecord

Moments = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Exchange:
    """One way to misplace electrodes; `limit` is the least evidence (`lead_model.evidence`) at which it is told."""

    name: str
    what: str
    change: NDArray[np.float64]
    limit: float

    @property
    def warning(self) -> str:
        """What may be wrong and what to do."""
        return f"{self.what}; check the electrodes and repeat the ECG"


_LIMB_LIMIT, _LA_LL_LIMIT, _ROTATED_LIMIT, _CHEST_LIMIT, _MIRROR_LIMIT = 0.4, 0.9, 0.9, 1.0, 0.5
_FLAT_SHARE, _FLAT_MV = 0.1, 0.03  # RMS over the QRS, of that in the other two limb leads

EXCHANGES = (
    Exchange(
        "RA-LA",
        "The right and left arm electrodes may be swapped",
        limb_change("LA", "RA", "LL"),
        _LIMB_LIMIT,
    ),
    Exchange(
        "RA-LL",
        "The right arm and left leg electrodes may be swapped",
        limb_change("LL", "LA", "RA"),
        _LIMB_LIMIT,
    ),
    Exchange(
        "LA-LL",
        "The left arm and left leg electrodes may be swapped",
        limb_change("RA", "LL", "LA"),
        _LA_LL_LIMIT,
    ),
    *(
        Exchange(name, "The three limb electrodes may be rotated", limb_change(*found_at), _ROTATED_LIMIT)
        for name, found_at in (("RA-LA-LL", ("LA", "LL", "RA")), ("RA-LL-LA", ("LL", "RA", "LA")))
    ),
    *(
        Exchange(f"{a}-{b}", f"Electrodes {a} and {b} may be swapped", chest_change(a, b), _CHEST_LIMIT)
        for a, b in combinations(CHEST_LEADS, 2)
    ),
)
MIRROR = Exchange(
    "mirror",
    "The heart may lie on the right side (dextrocardia), or arm and chest electrodes may be swapped",
    mirror_image(),
    _MIRROR_LIMIT,
)
_TO_THE_LEG = {
    "II": Exchange(
        "RA-RL", "Lead II is nearly flat: the right arm and right leg electrodes may be swapped", np.eye(8), 0
    ),
    "III": Exchange(
        "LA-RL", "Lead III is nearly flat: the left arm and right leg electrodes may be swapped", np.eye(8), 0
    ),
}


def suspect_exchange(filtered: ECGRecord) -> Exchange | None:
    """The likeliest exchange of electrodes, if any is likely; None also where I, II and V1-V6 are not all there.

    How often each is called in real ECGs, as recorded and with electrodes exchanged by lead algebra, is in
    docs/quality.md. Leads whose scales differ from each other cannot be judged; they are left alone.
    """
    if not _obeys_einthoven(filtered):
        return None
    moments = wave_moments(filtered)
    return None if moments is None else likeliest_exchange(moments)


def likeliest_exchange(moments: Moments) -> Exchange | None:
    """The same from the second moments of I, II, V1-V6 in each wave (`lead_model.wave_moments`)."""
    if (flat := _flat_limb_lead(moments["QRS"])) is not None:
        return _TO_THE_LEG[flat]
    scores = [(evidence(moments, exchange.change) - exchange.limit, exchange) for exchange in EXCHANGES]
    scores.append((evidence_of_mirror(moments) - MIRROR.limit, MIRROR))
    margin, exchange = max(scores, key=lambda score: score[0])
    return exchange if margin > 0 else None


def _flat_limb_lead(qrs: NDArray[np.float64]) -> str | None:
    """II or III where its QRS is next to nothing beside the other two limb leads': an arm electrode on the right leg."""
    weights = np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]])  # I, II and III
    rms_mv = np.sqrt(np.maximum(np.einsum("li,ij,lj->l", weights, qrs[:2, :2], weights), 0.0))
    for lead, row in (("II", 1), ("III", 2)):
        if rms_mv[row] < min(_FLAT_MV, _FLAT_SHARE * np.delete(rms_mv, row).mean()):
            return lead
    return None


def _obeys_einthoven(record: ECGRecord) -> bool:
    """Whether III, where it was recorded, is II minus I to a fifth; a single lead's scale would then be off."""
    if not {"I", "II", "III"} <= set(record.leads):
        return True
    lead_i, lead_ii, lead_iii = (record.lead_mv(lead).astype(np.float64) for lead in ("I", "II", "III"))
    both = np.isfinite(lead_i + lead_ii + lead_iii)
    if not both.any():
        return True
    error = (lead_ii - lead_i - lead_iii)[both]
    return bool(error.std() <= 0.2 * max(lead_i[both].std(), lead_ii[both].std()))
