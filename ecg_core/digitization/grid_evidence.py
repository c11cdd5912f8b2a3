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
_STROKE = 0.55  # of the contrast of that
_MOST_STROKES = 0.04  # part of the page that strokes cover at the most; a black grid covers more
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

    What is not paper, the paper's edge and strokes are left out. The first clip is the page's, so that what is left
    of strokes doesn't drown the grid beside them; the second the neighbourhood's.
    """
    window = (window_px, window_px)
    contrast = channel - cv2.blur(channel, window)
    if not paper.all():
        # within half a window of the edge, contrast is to the desk
        contrast *= cv2.erode(paper, np.ones(window, np.uint8), borderValue=1)
    contrast *= ~_strokes(contrast)
    usual = cv2.blur(np.abs(contrast), window)
    cap = _CAP * float(np.median(usual[::8, ::8])) + _NOISE_LEVELS
    np.clip(contrast, -cap, cap, out=contrast)
    usual = cv2.blur(np.abs(contrast), window) + _NOISE_LEVELS
    return np.clip(contrast / usual, -_CAP, _CAP, out=contrast)


def _strokes(contrast: Evidence) -> NDArray[np.bool_]:
    """Where the page stands out from its surroundings nearly as much as it ever does, unless that is the grid."""
    blackest = float(np.quantile(contrast[::4, ::4], 1 - _BLACKEST))
    ink = contrast > _STROKE * blackest
    if np.mean(ink[::4, ::4]) > _MOST_STROKES:
        return np.zeros(contrast.shape, np.bool_)
    return cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
