"""The printed grid brought out of a picture: strokes, shadows and paper colour suppressed."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # (height, width, 3)
Mask = NDArray[np.uint8]  # (height, width): 1 where the paper is
Evidence = NDArray[np.float32]  # (height, width): grid lines high or low, everything else about 0

_CAP = 3.0  # nothing counts more than so many times what is usual around it
_BLACKEST = 0.004  # part of the page that print covers at the least
_STROKE = 0.45, 0.9  # of the contrast of that: between these strokes begin
_LEVELS, _SMOOTHED = 32, 7  # of the histogram in which that is looked for
_MOST_STROKES = 0.04  # part of the page that strokes cover at the most; a black grid covers more
_NOTHING = 1e-3
_NOISE_LEVELS = 0.5  # grey levels below which contrast is rounding


def darkness(rgb: Picture) -> Evidence:
    """Grids of any colour but the paper's."""
    return -cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)


def colourfulness(rgb: Picture) -> Evidence:
    """Coloured grids; black strokes vanish."""
    red, green, blue = cv2.split(rgb)
    lightest = cv2.max(cv2.max(red, green), blue)
    return cv2.subtract(lightest, cv2.min(cv2.min(red, green), blue)).astype(np.float32)


CHANNELS: tuple[Callable[[Picture], Evidence], ...] = (darkness, colourfulness)


def grid_evidence(channel: Evidence, paper: Mask, window_px: int) -> Evidence:
    """Contrast to the mean of a window in units of the contrast that is usual there, clipped.

    What is not paper, the paper's edge and strokes are left out, of the mean too. The first clip is the page's, so
    that what is left of strokes doesn't drown the grid beside them; the second the neighbourhood's.
    """
    window = (window_px, window_px)
    kept = paper & (1 - _strokes(channel - cv2.blur(channel, window)))
    share = cv2.boxFilter(kept, cv2.CV_32F, window)
    np.maximum(share, _NOTHING, out=share)
    counts = kept.astype(np.float32)
    mean = cv2.blur(channel * counts, window)
    mean /= share
    contrast = channel - mean
    contrast *= counts
    if not paper.all():
        # within half a window of the paper's edge shadows and the edge itself are contrast
        contrast *= cv2.erode(paper, np.ones(window, np.uint8), borderValue=1)
    some = slice(None, None, 8), slice(None, None, 8)
    usual = cv2.blur(np.abs(contrast), window)
    cap = _CAP * float(np.median(usual[some] / share[some])) + _NOISE_LEVELS
    np.clip(contrast, -cap, cap, out=contrast)
    usual = cv2.blur(np.abs(contrast), window)
    usual /= share
    usual += _NOISE_LEVELS
    contrast /= usual
    return np.clip(contrast, -_CAP, _CAP, out=contrast)


def _strokes(contrast: Evidence) -> Mask:
    """1 where the page stands out from its surroundings nearly as much as it ever does, unless that is the grid.

    What is nearly as much is where the fewest pixels are: between the heaviest lines of the grid and strokes.
    """
    some = contrast[::4, ::4]
    blackest = float(np.quantile(some, 1 - _BLACKEST))
    if blackest <= 0:  # nothing is darker than its surroundings
        return np.zeros(contrast.shape, np.uint8)
    counts, edges = np.histogram(
        some, bins=_LEVELS, range=(_STROKE[0] * blackest, _STROKE[1] * blackest + 1e-6)
    )
    smooth = np.convolve(counts, np.ones(_SMOOTHED), mode="valid")
    least = edges[int(smooth.argmin()) + _SMOOTHED // 2]
    if np.mean(some > least) > _MOST_STROKES:
        return np.zeros(contrast.shape, np.uint8)
    strokes: Mask = cv2.dilate((contrast > least).astype(np.uint8), np.ones((3, 3), np.uint8))
    return strokes
