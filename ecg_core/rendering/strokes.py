"""Lines drawn with sub-pixel accuracy, as coverage of pixels by ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.rendering.warp import Points

_OVERSAMPLING = 4  # pixels of the drawing per pixel of the page, each way
_THINNEST_PX = 0.93  # what can be drawn at full strength; thinner lines are paler
_SHIFT_BITS = 6  # fraction bits of OpenCV's coordinates


@dataclass(frozen=True, eq=False)
class Patch:
    """Coverage 0 to 255 of a rectangle of the page whose upper left pixel is (`x0`, `y0`)."""

    x0: int
    y0: int
    cover: NDArray[np.uint8]

    @property
    def area(self) -> tuple[slice, slice]:
        """Its place in the page, for indexing."""
        height, width = self.cover.shape
        return slice(self.y0, self.y0 + height), slice(self.x0, self.x0 + width)


def stroke(lines: Sequence[Points], width_px: float, size: tuple[int, int]) -> Patch | None:
    """Lines of one width, clipped to a page of `size` (width, height); None if nothing of them is on it."""
    lines = [line for line in lines if len(line)]
    if not lines:
        return None
    points = np.concatenate(lines)
    reach = width_px / 2 + 2
    low = np.maximum(np.floor(points.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.ceil(points.max(axis=0) + reach) + 1, size).astype(int)
    width, height = high - low
    if width <= 0 or height <= 0:
        return None

    fine = np.zeros((height * _OVERSAMPLING, width * _OVERSAMPLING), np.uint8)
    thickness = max(2, round(width_px * _OVERSAMPLING) - 2)  # OpenCV draws about two pixels more than asked
    for line in lines:
        scaled = ((line - low + 0.5) * _OVERSAMPLING - 0.5) * 2**_SHIFT_BITS
        cv2.polylines(
            fine, [np.round(scaled).astype(np.int32)], False, 255, thickness, cv2.LINE_AA, _SHIFT_BITS
        )
    cover = cv2.resize(fine, (int(width), int(height)), interpolation=cv2.INTER_AREA)
    if width_px < _THINNEST_PX:
        cover = cv2.convertScaleAbs(cover, alpha=width_px / _THINNEST_PX)
    return Patch(int(low[0]), int(low[1]), np.asarray(cover, np.uint8))


def paint(rgb: NDArray[np.uint8], patch: Patch | None, colour: tuple[int, int, int]) -> None:
    """Lay ink of a colour over a picture `(height, width, 3)`, in place."""
    if patch is None:
        return
    area = rgb[patch.area]
    inked = np.nonzero(patch.cover)
    alpha = patch.cover[inked].astype(np.float32)[:, None] / 255
    below = area[inked].astype(np.float32)
    area[inked] = np.round(below + alpha * (np.array(colour, np.float32) - below)).astype(np.uint8)
