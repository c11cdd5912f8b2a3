"""Random fields and the arithmetic of light on a picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


def clouds(size: tuple[int, int], cell_px: float, rng: np.random.Generator) -> Field:
    """Smooth noise over a picture of `size` (width, height), about standard normal; `cell_px` is its grain."""
    width, height = size
    columns, rows = (max(2, round(length / cell_px) + 2) for length in size)
    lattice = rng.standard_normal((rows, columns)).astype(np.float32)
    return np.asarray(cv2.resize(lattice, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def rough_clouds(size: tuple[int, int], cell_px: float, rng: np.random.Generator, octaves: int = 3) -> Field:
    """Clouds with finer clouds on them, each octave half as large and half as strong."""
    field = clouds(size, cell_px, rng)
    for octave in range(1, octaves):
        field += clouds(size, cell_px / 2**octave, rng) / 2**octave
    return field


def shaded(rgb: NDArray[np.uint8], light: Field) -> NDArray[np.uint8]:
    """A picture under light `(height, width)` or `(height, width, 3)`; 1 leaves it as it is."""
    if light.ndim == 2:
        light = np.asarray(cv2.merge([light, light, light]), np.float32)
    return np.asarray(cv2.multiply(rgb, light, dtype=cv2.CV_8U), np.uint8)


def mixed(
    rgb: NDArray[np.uint8], other: NDArray[np.uint8] | tuple[int, int, int], share: Field
) -> NDArray[np.uint8]:
    """`share` `(height, width)` of another picture or colour and the rest of the first."""
    above = np.broadcast_to(np.asarray(other, np.uint8), rgb.shape)
    return np.asarray(cv2.blendLinear(rgb, np.ascontiguousarray(above), 1 - share, share), np.uint8)


def paper_colour(rgb: NDArray[np.uint8]) -> tuple[int, int, int]:
    """The usual colour of the picture: the median of every 16th pixel each way."""
    red, green, blue = np.median(rgb[::16, ::16].reshape(-1, 3), axis=0)
    return int(red), int(green), int(blue)
