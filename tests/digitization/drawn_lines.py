"""Lines drawn as ink, and the layout that says where they are."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.types import Box, Calibration, InkMap, Layout, LeadBox

_FINER = 8
_SHIFT_BITS = 4


def draw(shape: tuple[int, int], lines: list[NDArray[np.float64]], pen_px: float = 3.0) -> InkMap:
    """Ink of polylines `(n, 2)` as a page of `shape` (height, width) shows it, each pixel by how much is covered."""
    height, width = shape
    fine = np.zeros((height * _FINER, width * _FINER), np.uint8)
    for line in lines:
        points = np.round(((line + 0.5) * _FINER - 0.5) * 2**_SHIFT_BITS).astype(np.int32)
        cv2.polylines(fine, [points], False, 255, round(pen_px * _FINER), cv2.LINE_8, _SHIFT_BITS)
    trace = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return InkMap(trace, np.zeros_like(trace), np.zeros_like(trace))


def lead_box(
    lead: str,
    row: int,
    baseline_px: float,
    x_px: tuple[float, float],
    band_px: float = 100.0,
    column: int = 0,
    rhythm: bool = False,
    inverted: bool = False,
) -> LeadBox:
    area = Box(x_px[0], baseline_px - band_px, x_px[1], baseline_px + band_px)
    return LeadBox(lead, row, column, area, baseline_px, rhythm, inverted, name_found=True, confidence=1.0)


def layout_of(*boxes: LeadBox, time_zero_px: float = 0.0) -> Layout:
    return Layout("made up", boxes, (), time_zero_px, confidence=1.0)


def calibration(rows: int, px_per_s: float = 200.0, px_per_mv: float = 80.0) -> Calibration:
    return Calibration(
        px_per_s=px_per_s,
        px_per_mv=dict.fromkeys(range(rows), px_per_mv),
        speed_mm_s=25.0,
        gain_mm_mv=dict.fromkeys(range(rows), 10.0),
        known=True,
        confidence=1.0,
    )


def beat(t: NDArray[np.float64], at: float, r: float, s: float = 0.0) -> NDArray[np.float64]:
    """A narrow R (with an S after it) and a T, upwards, in the unit of `r`."""

    def bump(centre: float, width: float) -> NDArray[np.float64]:
        return np.exp(-(((t - centre) / width) ** 2) / 2)

    return r * bump(at, 3.0) - s * bump(at + 8, 3.5) + 0.25 * r * bump(at + 50, 14.0)
