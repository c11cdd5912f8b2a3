"""Frontal axes of P, QRS and T, and the angle between QRS and T."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET
from ecg_core.leads import LIMB_FROM_I_II
from ecg_core.measurements.beats import FS_HZ, Beats
from ecg_core.measurements.stretches import at, stretch
from ecg_core.measurements.types import Quantity

Floats = NDArray[np.float64]

AREAS = ("p_area_mv_s", "qrs_area_mv_s", "t_area_mv_s")
_BY_AREA = "from the net areas in two limb leads; Macfarlane 2011"
AXES = (
    Quantity("P axis", "p_axis_deg", "deg", "Axes", _BY_AREA),
    Quantity("QRS axis", "qrs_axis_deg", "deg", "Axes", _BY_AREA),
    Quantity("T axis", "t_axis_deg", "deg", "Axes", _BY_AREA),
    Quantity(
        "QRS-T angle", "qrs_t_angle_deg", "deg", "Axes", "frontal, 0 to 180, between the axes of QRS and T"
    ),
)


def wave_areas(beats: Beats) -> dict[str, Floats]:
    """Net areas of P, QRS and T by the names in `AREAS`, `(rows,)` each."""
    waves = zip(AREAS, (beats.p, beats.qrs, beats.t), strict=True)
    return {name: net_area_mv_s(beats.mv, marks[:, ONSET], marks[:, OFFSET]) for name, marks in waves}


def net_area_mv_s(mv: Floats, onset: Floats, offset: Floats) -> Floats:
    """Net area of each wave over the straight line from its onset to its offset, `(rows,)`; NaN where a sample is missing."""
    part, first = stretch(mv, onset, offset)
    length = np.nan_to_num(np.rint(offset) - first + 1)
    n_known = np.isfinite(part).sum(axis=1)
    last = (n_known - 1).clip(0)
    base = (part[:, 0] + at(part, last)) / 2 * n_known
    area = (np.nansum(part, axis=1) - base) / FS_HZ
    return np.where((n_known == length) & (n_known > 0), area, np.nan)


def frontal_axis_deg(areas: Floats, leads: tuple[str, str]) -> Floats:
    """Direction of the mean vector, `(beats,)`: 0 along lead I, 90 along aVF, -180 to 180.

    `areas` `(2, beats)` are those of two different limb leads. aVF is an augmented lead and is scaled by 2/sqrt(3)
    to compare with I (Macfarlane 2011). Raises KeyError for another lead.
    """
    area_i, area_ii = np.linalg.solve(np.array([LIMB_FROM_I_II[lead] for lead in leads]), areas)
    return np.degrees(np.arctan2((area_ii - area_i / 2) * 2 / np.sqrt(3), area_i))


def angle_between_deg(one_deg: Floats, other_deg: Floats) -> Floats:
    """The smaller angle between two directions, 0 to 180."""
    return np.abs((one_deg - other_deg + 180) % 360 - 180)


def unwrapped_deg(axis_deg: Floats) -> Floats:
    """Directions `(beats,)` counted on beyond 180 where the others lie there, so that their median knows no edge.

    The median lies between -180 and 180.
    """
    known = axis_deg[np.isfinite(axis_deg)]
    if not known.size:
        return axis_deg
    mean_deg = np.degrees(np.angle(np.exp(1j * np.radians(known)).sum()))
    around = mean_deg + (axis_deg - mean_deg + 180) % 360 - 180
    return np.asarray(around - 360 * np.round(np.nanmedian(around) / 360))
