"""Where in its pixels the ink lies: the network says what is trace, the picture how dark it is.

Edges of a line are thus measured to a part of a pixel, which the network's probabilities give only roughly.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.pen_colour import other_pens
from ecg_core.digitization.types import InkMap

_SURE = 0.9  # probability of trace from which a pixel shows what the ink looks like
_LEAST_PIXELS = 200
_SOLID = 70  # percentile of darkness over those, many of which are edges
_TELLING = 0.6  # part of the greatest contrast from which a colour channel tells ink from paper
_ACROSS = np.ones((9, 9), np.uint8)  # pixels across which a stroke shows how dark it is
_FAINTEST = 0.35  # of the darkness of ink elsewhere
_OTHER_PEN = 0.3  # of its darkness is left to a pen of another colour: it may have covered a piece of trace
_PAPER_MM = 3.0  # within this distance blank paper is seen between grid lines and traces
_COARSER = 4  # in which the paper is measured


def sharpen(ink: InkMap, rgb: NDArray[np.uint8], px_per_mm: float) -> InkMap:
    """The ink no stronger in any pixel than the page is dark there, and faint where another pen has written.

    `rgb` is the flat page, `(height, width, 3)`.
    """
    sure = (ink.trace > _SURE).astype(np.uint8)
    if np.count_nonzero(sure) < _LEAST_PIXELS:
        return ink
    contrast = cv2.subtract(_paper(rgb, px_per_mm), rgb)
    dark = _darkness(contrast, sure)
    dark[other_pens(ink, contrast)] *= _OTHER_PEN
    return replace(
        ink,
        trace=np.minimum(ink.trace, dark),
        pulse=np.minimum(ink.pulse, dark),
        text=np.minimum(ink.text, dark),
    )


def _darkness(contrast: NDArray[np.uint8], sure: NDArray[np.uint8]) -> NDArray[np.float32]:
    """0 for paper to 1 for the colour of the ink.

    Of the channels in which the ink is dark the lightest counts, so that a grid of another colour is not dark. Where
    the ink is thinner than elsewhere, as in fast strokes, the darkest of it is 1.
    """
    solid = np.maximum(np.percentile(contrast.reshape(-1, 3)[np.flatnonzero(sure)], _SOLID, axis=0), 1.0)
    telling = np.flatnonzero(solid >= _TELLING * solid.max())
    scaled = [
        cv2.convertScaleAbs(cv2.extractChannel(contrast, k), alpha=255 / solid[k]) for k in telling.tolist()
    ]
    dark = reduce(cv2.min, scaled)  # in bytes, which are a quarter of the work
    beside = cv2.dilate(cv2.bitwise_and(dark, dark, mask=sure), _ACROSS)
    whole = cv2.max(beside, round(255 * _FAINTEST))
    return np.divide(cv2.divide(dark, whole, scale=255), 255, dtype=np.float32)


def _paper(rgb: NDArray[np.uint8], px_per_mm: float) -> NDArray[np.uint8]:
    """The colour of the paper around each pixel: the lightest nearby, smoothed."""
    height, width = rgb.shape[:2]
    small = cv2.resize(
        rgb,
        (max(width // _COARSER, 1), max(height // _COARSER, 1)),
        interpolation=cv2.INTER_AREA,
    )
    size = max(round(_PAPER_MM * px_per_mm / _COARSER), 3)
    paper = cv2.blur(cv2.dilate(small, np.ones((size, size), np.uint8)), (size, size))
    return cv2.resize(paper, (width, height), interpolation=cv2.INTER_LINEAR)
