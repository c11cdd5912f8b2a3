"""The printed grid brought out of a picture: strokes, shadows and paper colour suppressed."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

Evidence = NDArray[np.float32]  # (height, width): grid lines high or low, everything else about 0

_WINDOWS_ALONG = 80  # local means are taken over this part of the longer side
_CAP = 3.0  # nothing counts more than so many times what is usual around it
_BLACKEST = 0.004  # part of the page that print covers at the least
_STROKE = 0.55  # of the contrast of that
_MOST_STROKES = 0.04  # part of the page that strokes cover at the most; a black grid covers more
_NOISE_LEVELS = 0.5  # grey levels below which contrast is rounding


def grid_channels(rgb: NDArray[np.uint8]) -> Iterator[Evidence]:
    """The two pictures in which grids stand out: darkness, and colourfulness, where black strokes vanish."""
    red, green, blue = cv2.split(rgb)
    yield cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    yield cv2.subtract(cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)).astype(
        np.float32
    )


def grid_evidence(channel: Evidence) -> Evidence:
    """Contrast to the surroundings in units of the contrast that is usual there, clipped; strokes are left out.

    The first clip is the page's, so that what is left of strokes doesn't drown the grid beside them; the second the
    neighbourhood's.
    """
    window = (2 * (max(channel.shape) // _WINDOWS_ALONG) + 1,) * 2
    contrast = channel - cv2.blur(channel, window)
    strokes = _strokes(contrast)
    contrast[strokes] = 0.0
    usual = cv2.blur(np.abs(contrast), window)
    cap = _CAP * float(np.median(usual[::8, ::8])) + _NOISE_LEVELS
    np.clip(contrast, -cap, cap, out=contrast)
    usual = cv2.blur(np.abs(contrast), window) + _NOISE_LEVELS
    return np.clip(contrast / usual, -_CAP, _CAP, out=contrast)


def _strokes(contrast: Evidence) -> NDArray[np.bool_]:
    """Where the page is nearly as dark against its surroundings as it gets, unless that is the grid itself."""
    blackest = float(np.quantile(contrast[::4, ::4], _BLACKEST))
    ink = contrast < _STROKE * blackest
    if np.mean(ink[::4, ::4]) > _MOST_STROKES:
        return np.zeros(contrast.shape, np.bool_)
    return cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_)
