"""How many pixels a millivolt is tall in each row: from the pulses, the grid and the print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

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
    if millimetres_known:
        return _nominal_gains(_heights_px(rows, layout.pulses), px_per_mm, limb, ratio)
    return _measured_gains(_heights_px(rows, layout.pulses), px_per_mm, limb, ratio)


def _nominal_gains(
    heights_px: Mapping[int, float], px_per_mm: float, printed_mm_mv: float | None, ratio: float
) -> GainScale:
    """Where millimetres are known, pulses only tell which of the usual gains it is."""
    heights_mm = {row: height_px / px_per_mm for row, height_px in heights_px.items()}
    each = {row: _nominal(height_mm) for row, height_mm in heights_mm.items()}
    count = Counter(gain for gain in each.values() if gain is not None)
    trusted = [
        gain
        for gain, rows in count.most_common()
        if rows >= min(2, len(each)) or gain in (USUAL_GAIN_MM_MV, printed_mm_mv)
    ]
    typical_mm = float(np.median(list(heights_mm.values())))
    evidence: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    if trusted:
        tall = " and ".join(f"{gain:g}" for gain in sorted(trusted))
        evidence = (f"the calibration pulse is {tall} mm tall",)
        gains = {row: gain if gain in trusted else trusted[0] for row, gain in each.items()}
    else:
        usual = printed_mm_mv or USUAL_GAIN_MM_MV
        gains = dict.fromkeys(each, usual)
        warnings = (
            f"the calibration pulse seems to be {typical_mm:.1f} mm tall, which is no usual gain or on one row only:"
            f" {usual:g} mm/mV is assumed, please check the gain",
        )
    if printed_mm_mv and ratio != 1.0:  # the chest leads' pulse
        gains = {row: printed_mm_mv if gain == printed_mm_mv * ratio else gain for row, gain in gains.items()}
    px_per_mv = {row: gain * px_per_mm for row, gain in gains.items()}
    confidence = 0.6 if warnings else 0.9
    return _with_print(
        GainScale(px_per_mv, gains, ratio, True, confidence, evidence, warnings), printed_mm_mv
    )


def _measured_gains(
    heights_px: Mapping[int, float], px_per_mm: float, printed_mm_mv: float | None, ratio: float
) -> GainScale:
    """Where millimetres are not known, a pulse is the millivolt itself."""
    gains = {
        row: _nominal(height_px / px_per_mm) or height_px / px_per_mm for row, height_px in heights_px.items()
    }
    px_per_mv = dict(heights_px)
    if printed_mm_mv and ratio != 1.0:
        of_chest = [row for row, gain in gains.items() if gain == printed_mm_mv * ratio]
        gains |= dict.fromkeys(of_chest, printed_mm_mv)
        px_per_mv |= {row: heights_px[row] / ratio for row in of_chest}
    evidence = ("the calibration pulse gives the millivolt",)
    return _with_print(GainScale(px_per_mv, gains, ratio, True, 0.85, evidence), printed_mm_mv)


def _with_print(scale: GainScale, printed_mm_mv: float | None) -> GainScale:
    """What the printed gain adds: support, or a contradiction to be warned of."""
    if printed_mm_mv is None:
        return scale
    if printed_mm_mv in scale.gain_mm_mv.values():
        evidence = (*scale.evidence, f"{printed_mm_mv:g} mm/mV is printed")
        return replace(scale, confidence=min(0.98, scale.confidence + 0.1), evidence=evidence)
    warning = (
        f"{printed_mm_mv:g} mm/mV is printed, but the calibration pulse speaks for another gain: please check"
    )
    return replace(scale, confidence=0.5, warnings=(*scale.warnings, warning))


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
    """The height of a millivolt in each row: the mean of the pulses that are as tall as its own.

    A row without a pulse, or with one that is like no other while others agree, has that of the most.
    """
    own = {pulse.row: pulse.height_px for pulse in pulses}
    heights = np.array(list(own.values()))
    alike = abs(heights[:, None] / heights[None] - 1) < _ALIKE
    means = [float(heights[of_one].mean()) for of_one in alike]
    most = int(np.argmax(alike.sum(1)))
    enough = min(2, int(alike.sum(1).max()))
    agreed = {row: means[k] for k, row in enumerate(own) if alike[k].sum() >= enough}
    return {row: agreed.get(row, means[most]) for row in rows}


def _nominal(height_mm: float) -> float | None:
    """The gain that a pulse of so many millimetres stands for."""
    nearest = min(_GAINS_MM_MV, key=lambda gain: abs(height_mm / gain - 1))
    return nearest if abs(height_mm / nearest - 1) <= _NEAR else None
