"""The flat page from the source, each pixel worked out once."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.mapping import Matrix, PaperMap, dense_map, resizing
from ecg_core.digitization.types import Points

_WHITE = (255, 255, 255)
_BLUR = 0.5  # Gaussian sigma in pixels of the flat page against aliases, beyond what a source pixel is itself


def resample(
    rgb: NDArray[np.uint8], page_map: PaperMap, shape: tuple[int, int], paper_px: Points | None
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """The flat page `(height, width, 3)` of `shape`, and where it holds anything.

    White beyond the picture and beyond the outline of the paper on the flat page, `paper_px` `(n, 2)`, if given.
    """
    step = page_map.to_source(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]) + np.array(shape[::-1]) / 2)
    shrinking = float(np.sqrt(abs(np.linalg.det(step[1:] - step[0]))))
    source, source_from_rgb = _prefiltered(rgb, shrinking)
    x, y = dense_map(page_map.into(source_from_rgb), shape)
    flat = cv2.remap(source, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=_WHITE)
    rows, columns = source.shape[:2]
    inside = (x > -0.5) & (x < columns - 0.5) & (y > -0.5) & (y < rows - 0.5)
    if paper_px is not None:
        mask = cv2.fillPoly(np.zeros(shape, np.uint8), [np.round(paper_px).astype(np.int32)], 1)
        inside &= mask.astype(np.bool_)
        flat[~inside] = 255
    return flat, inside


def _prefiltered(rgb: NDArray[np.uint8], shrinking: float) -> tuple[NDArray[np.uint8], Matrix]:
    """The source without what the flat page cannot hold, in whole steps smaller, and the way there."""
    whole = max(1, int(shrinking))
    if whole > 1:
        size = (rgb.shape[1] // whole, rgb.shape[0] // whole)
        rgb = cv2.resize(rgb[: size[1] * whole, : size[0] * whole], size, interpolation=cv2.INTER_AREA)
    sigma = _BLUR * np.sqrt(max(0.0, (shrinking / whole) ** 2 - 1))
    if sigma > _BLUR / 2:
        rgb = cv2.GaussianBlur(rgb, (0, 0), sigma)
    return rgb, resizing(1 / whole, 1 / whole)
