"""How many pixels a millivolt is tall in each row: from the pulses, the grid and the print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ecg_core.digitization.scale_text import PrintedGain
from ecg_core.digitization.time_scale import USUAL_GAIN_MM_MV
from ecg_core.digitization.types import Layout, Pulse

_GAINS_MM_MV = (10.0, 5.0, 20.0, 2.5, 40.0)
_NEAR = 0.08  # how far a pulse may be from the height that a gain asks for
_ALIKE = 0.05  # pulses of one gain differ by less


@dataclass(frozen=True)
class GainScale:
    """Pixels per millivolt and nominal gain by row, for limb leads where chest leads of a row have another."""

    px_per_mv: Mapping[int, float]
    gain_mm_mv: Mapping[int, float]
    chest_ratio: float
    known: bool
    confidence: float
    evidence: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def said_gain_scale(
    layout: Layout, px_per_mm: float, limb_mm_mv: float | None, chest_mm_mv: float | None
) -> GainScale:
    """The gains that a user gives; where only that of the chest leads is given, the others have the usual one."""
    limb = limb_mm_mv or USUAL_GAIN_MM_MV
    chest = chest_mm_mv or limb
    evidence = f"{limb:g} mm/mV as the user says" + (f", {chest:g} in chest leads" if chest != limb else "")
    gains = {box.row: limb for box in layout.boxes}
    return GainScale(
        {row: gain * px_per_mm for row, gain in gains.items()}, gains, chest / limb, True, 1.0, (evidence,)
    )


def gain_scale(
    layout: Layout, px_per_mm: float, printed: Sequence[PrintedGain], millimetres_known: bool
) -> GainScale:
    """The gain of each row by its pulse, else by the other rows' pulses, else by what is printed, else the usual one.

    Where millimetres are known, a pulse tells which of the nominal gains it is, else it is itself the millivolt.
    """
    rows = sorted({box.row for box in layout.boxes})
    limb, chest = _printed_gains(printed)
    ratio = chest / limb if limb and chest else 1.0
    if not layout.pulses:
        return _without_pulses(rows, px_per_mm, limb, ratio, millimetres_known)
    return _by_pulses(_heights_px(rows, layout.pulses), px_per_mm, limb, ratio, millimetres_known)


def _by_pulses(
    heights_px: Mapping[int, float],
    px_per_mm: float,
    printed_mm_mv: float | None,
    ratio: float,
    millimetres_known: bool,
) -> GainScale:
    px_per_mv: dict[int, float] = {}
    gains: dict[int, float] = {}
    warnings: list[str] = []
    for row, height_px in heights_px.items():
        height_mm = height_px / px_per_mm
        nominal = _nominal(height_mm)
        if nominal is None and millimetres_known:
            warnings.append(
                f"the calibration pulse is {height_mm:.1f} mm tall, which is no usual gain:"
                " please check the grid scale and the gain"
            )
        if printed_mm_mv and ratio != 1.0 and nominal == printed_mm_mv * ratio:  # the chest leads' pulse
            nominal, height_px = printed_mm_mv, height_px / ratio
        gains[row] = nominal or height_mm
        px_per_mv[row] = nominal * px_per_mm if nominal and millimetres_known else height_px
    different = sorted(set(gains.values()))
    if printed_mm_mv and printed_mm_mv not in different:
        warnings.append(
            f"{printed_mm_mv:g} mm/mV is printed, but the calibration pulse is"
            f" {np.median(different):.3g} mm tall: please check the gain"
        )
    evidence = [f"the calibration pulse is {' and '.join(f'{gain:.3g}' for gain in different)} mm tall"]
    evidence += [f"{printed_mm_mv:g} mm/mV is printed"] if printed_mm_mv in different else []
    confidence = 0.6 if warnings else 0.98 if len(evidence) > 1 else 0.9
    unique = tuple(dict.fromkeys(warnings))
    return GainScale(px_per_mv, gains, ratio, True, confidence, tuple(evidence), unique)


def _without_pulses(
    rows: Sequence[int], px_per_mm: float, printed_mm_mv: float | None, ratio: float, millimetres_known: bool
) -> GainScale:
    gain = printed_mm_mv or USUAL_GAIN_MM_MV
    px_per_mv = dict.fromkeys(rows, gain * px_per_mm)
    gains = dict.fromkeys(rows, gain)
    if printed_mm_mv:
        evidence = (f"{gain:g} mm/mV is printed",)
        return GainScale(
            px_per_mv, gains, ratio, millimetres_known, 0.85 if millimetres_known else 0.4, evidence
        )
    warning = f"there is neither a calibration pulse nor a printed gain: {gain:g} mm/mV is assumed"
    confidence = 0.6 if millimetres_known else 0.2
    return GainScale(px_per_mv, gains, ratio, millimetres_known, confidence, (), (warning,))


def _printed_gains(printed: Sequence[PrintedGain]) -> tuple[float | None, float | None]:
    """The gain of limb leads and that of chest leads, None where it is not printed or not clear."""

    def only(kinds: tuple[str, ...]) -> float | None:
        found = {gain.mm_mv for gain in printed if gain.leads in kinds}
        return found.pop() if len(found) == 1 else None

    return only(("limb",)) or only(("all",)), only(("chest",))


def _heights_px(rows: Sequence[int], pulses: Sequence[Pulse]) -> dict[int, float]:
    """The height of a millivolt in each row: its own pulse's or the page's, averaged where they are alike."""
    own = {pulse.row: pulse.height_px for pulse in pulses}
    middle = float(np.median(list(own.values())))
    chosen = {row: own.get(row, middle) for row in rows}
    return {
        row: float(np.mean([other for other in own.values() if abs(other / height - 1) < _ALIKE]))
        for row, height in chosen.items()
    }


def _nominal(height_mm: float) -> float | None:
    """The gain that a pulse of so many millimetres stands for."""
    nearest = min(_GAINS_MM_MV, key=lambda gain: abs(height_mm / gain - 1))
    return nearest if abs(height_mm / nearest - 1) <= _NEAR else None
