"""A first guess of a page's scale where no grid says it."""

from __future__ import annotations

import numpy as np

_SHEETS_MM = (279.4, 215.9), (297.0, 210.0)
_SHEET_LIKE = 0.05  # how far a sheet's sides may be from such a ratio, as a natural logarithm
_SCANNER_DPI = 100, 150, 200, 240, 300, 400, 600
_TO_THE_DOT = 0.004
_PAGE_MM = 130.0, 450.0  # longer sides that ECG pages have
_USUAL_PAGE_MM = 280.0
_MM_PER_INCH = 25.4


def guessed_sheet_mm(width_px: float, height_px: float) -> tuple[tuple[float, float], str]:
    """Width and height of a sheet seen so large, and in words why."""
    long, short = max(width_px, height_px), min(width_px, height_px)
    ratio = np.log(long / short)
    size = min(_SHEETS_MM, key=lambda one: abs(np.log(one[0] / one[1]) - ratio))
    if abs(np.log(size[0] / size[1]) - ratio) > _SHEET_LIKE:
        size = (_USUAL_PAGE_MM, _USUAL_PAGE_MM * short / long)
    words = f"scale guessed: as if the sheet were {size[0]:.0f} x {size[1]:.0f} mm"
    return (size if width_px >= height_px else size[::-1]), words


def guessed_px_per_mm(longer_side_px: int, dpi: float | None) -> tuple[float, str]:
    """Pixels per millimetre of a scan, and in words why; `dpi` is what the file says."""
    if dpi and _PAGE_MM[0] < longer_side_px / dpi * _MM_PER_INCH < _PAGE_MM[1]:
        return dpi / _MM_PER_INCH, f"scale guessed: from the file's own {dpi:.0f} dpi"
    for side_mm, _ in _SHEETS_MM:
        for dots in _SCANNER_DPI:
            if abs(longer_side_px / (side_mm / _MM_PER_INCH * dots) - 1) < _TO_THE_DOT:
                words = f"scale guessed: as if a page {side_mm:.0f} mm long were scanned at {dots} dpi"
                return dots / _MM_PER_INCH, words
    words = f"scale guessed: as if the page were {_USUAL_PAGE_MM:.0f} mm long"
    return longer_side_px / _USUAL_PAGE_MM, words
