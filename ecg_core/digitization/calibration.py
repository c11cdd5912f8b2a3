"""`calibrate`: from flat pixels to seconds and millivolts, with what supports it and what contradicts it in words."""

from __future__ import annotations

from collections.abc import Sequence

from ecg_core.digitization.gain_scale import gain_scale, said_gain_scale
from ecg_core.digitization.scale_text import PrintedGain, printed_gains_mm_mv, printed_speeds_mm_s
from ecg_core.digitization.time_scale import measure, time_scale_by_grid, time_scale_without_grid
from ecg_core.digitization.types import Calibration, Corrections, FlatPage, Layout, PrintedText


def calibrate(
    flat: FlatPage, layout: Layout, texts: Sequence[PrintedText], corrections: Corrections
) -> Calibration:
    """Settle speed and gain; what the user says is final.

    Nothing is assumed silently: what only rests on the usual 25 mm/s and 10 mm/mV is warned of, and where the scale
    does not follow from the page `known` is False.
    """
    measures = measure(layout)
    speeds, gains = printed_speeds_mm_s(texts), printed_gains_mm_mv(texts)
    by_grid = flat.grid.found or corrections.px_per_mm is not None
    gain = corrections.gain_mm_mv or _single(gains)
    if by_grid:
        said = corrections.px_per_mm is not None
        time = time_scale_by_grid(measures, flat.px_per_mm, speeds, corrections.speed_mm_s, gain, said)
    else:
        time = time_scale_without_grid(measures, flat.px_per_mm, speeds, corrections.speed_mm_s, gain)
    if corrections.gain_mm_mv is None and corrections.chest_gain_mm_mv is None:
        height = gain_scale(layout, time.px_per_mm, gains, by_grid)
    else:
        height = said_gain_scale(layout, time.px_per_mm, corrections.gain_mm_mv, corrections.chest_gain_mm_mv)
    scale = flat.grid.evidence if by_grid else ()
    return Calibration(
        px_per_s=time.px_per_s,
        px_per_mv=height.px_per_mv,
        speed_mm_s=time.speed_mm_s,
        gain_mm_mv=height.gain_mm_mv,
        known=time.known and height.known,
        confidence=min(time.confidence, height.confidence),
        evidence=scale + time.evidence + height.evidence,
        warnings=time.warnings + height.warnings,
        chest_gain_ratio=height.chest_ratio,
    )


def _single(gains: Sequence[PrintedGain]) -> float | None:
    return gains[0].mm_mv if len(gains) == 1 else None
