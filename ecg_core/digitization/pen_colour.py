"""Pen marks of another colour than the traces.

Colour is judged by the light that ink takes away from the paper: its share in each channel is the same in the middle
of a stroke and at its edges, in light and in shadow. Where a trace lies on the grid both take light away, so the shares
are then anywhere between those of the trace and those of the grid; a pen of another colour is not.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.types import InkMap

_SURE = 0.9  # probability of trace from which a pixel shows what the ink looks like
_DARKEST = 60  # percentile of the light taken away by sure ink from which its colour is sure
_SEEN = 0.2  # probability of any ink that is worth judging
_BLANK = 0.05  # and below which there is none
_DARK_ENOUGH = 0.3  # of the light that the trace takes away, for a colour to show
_GRID_TAKES = 0.1  # of the same, at least
_OTHER = 0.18  # summed difference of shares between colours that are not the same
_EVERY_PX = 4  # in which the grid is measured
_LEAST_PIXELS = 200
_SMOOTHED_PX = 3

Floats = NDArray[np.float64]


def other_pens(ink: InkMap, contrast: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Where ink is clearly of another colour than the traces, `(height, width)`.

    `contrast` `(height, width, 3)` is the light that the page takes away in each channel.
    """
    found = np.zeros(ink.trace.shape, bool)
    sure = _colours(contrast, np.flatnonzero(ink.trace > _SURE))
    if len(sure) < _LEAST_PIXELS:
        return found
    taken = sure.sum(axis=1)
    darkest = taken >= max(float(np.percentile(taken, _DARKEST)), 1.0)
    trace, solid = np.median(_shares(sure[darkest]), axis=0), float(np.median(taken[darkest]))
    line = ink.line
    seen = np.flatnonzero(line > _SEEN)
    light = _colours(cv2.blur(contrast, (_SMOOTHED_PX, _SMOOTHED_PX)), seen)
    dark = light.sum(axis=1) >= _DARK_ENOUGH * solid
    grid = _grid_shares(line, contrast, solid)
    np.put(found, seen, dark & (_off(_shares(light), trace, trace if grid is None else grid) > _OTHER))
    return found


def _colours(picture: NDArray[np.uint8], places: NDArray[np.intp]) -> Floats:
    """The pixels `(n, 3)` of a picture `(height, width, 3)` at flat places, which are faster to take than by a mask."""
    return picture.reshape(-1, 3)[places].astype(np.float64)


def _shares(light: Floats) -> Floats:
    """The share of each channel in the light taken away, each `(n, 3)`."""
    return light / np.maximum(light.sum(axis=1, keepdims=True), 1)


def _grid_shares(line: NDArray[np.float32], contrast: NDArray[np.uint8], solid: float) -> Floats | None:
    """The colour of what is printed below the ink; None where nothing is."""
    some = slice(None, None, _EVERY_PX), slice(None, None, _EVERY_PX)
    light = _colours(contrast[some], np.flatnonzero(line[some] < _BLANK))
    light = light[light.sum(axis=1) >= _GRID_TAKES * solid]
    return np.median(_shares(light), axis=0) if len(light) >= _LEAST_PIXELS else None


def _off(shares: Floats, trace: Floats, grid: Floats) -> Floats:
    """How far shares `(n, 3)` are off all mixtures of two colours."""
    across = grid - trace
    length = float(across @ across)
    part = np.clip((shares - trace) @ across / length, 0, 1) if length > 0 else np.zeros(len(shares))
    off: Floats = np.abs(shares - trace - part[:, None] * across).sum(axis=1)
    return off
