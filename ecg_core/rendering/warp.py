"""Where points of the page as printed lie in its picture, and back.

Points are `(n, 2)` float64 (x, y) in pixels, pixel centres at whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

Points = NDArray[np.float64]

_INVERSION_STEPS = 12  # each at least halves the error for the gentle fields in use


class Warp(Protocol):
    """One geometric step from an earlier picture to a later one."""

    def forward(self, points: Points) -> Points:
        """Earlier to later."""
        ...

    def backward(self, points: Points) -> Points:
        """Later to earlier."""
        ...

    def picture(self, image: NDArray[np.uint8], background: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The earlier picture as it looks later, on a background of the later size."""
        ...


@dataclass(frozen=True, eq=False)
class Homography:
    """A projective map; rotation, scale, shift and perspective."""

    matrix: NDArray[np.float64]  # (3, 3), earlier to later

    def forward(self, points: Points) -> Points:
        """Earlier to later."""
        return _project(self.matrix, points)

    def backward(self, points: Points) -> Points:
        """Later to earlier."""
        return _project(np.linalg.inv(self.matrix).astype(np.float64), points)

    def picture(self, image: NDArray[np.uint8], background: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The earlier picture as it looks later, on a background of the later size."""
        height, width = background.shape[:2]
        later = cv2.warpPerspective(
            image,
            self.matrix,
            (width, height),
            dst=background.copy(),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_TRANSPARENT,
        )
        return np.asarray(later, np.uint8)


@dataclass(frozen=True, eq=False)
class Displacement:
    """A smooth displacement: earlier = later + `field_px`, bilinear between the nodes of a coarse lattice.

    `field_px` is `(2, rows, columns)`: x and y, stretched over a picture of `size` (width, height) as
    `cv2.resize` does it.
    """

    field_px: NDArray[np.float32]
    size: tuple[int, int]

    def backward(self, points: Points) -> Points:
        """Later to earlier."""
        rows, columns = self.field_px.shape[1:]
        x = (points[:, 0] + 0.5) * columns / self.size[0] - 0.5
        y = (points[:, 1] + 0.5) * rows / self.size[1] - 0.5
        shift = [map_coordinates(part, [y, x], order=1, mode="nearest") for part in self.field_px]
        return np.asarray(points + np.stack(shift, axis=1), np.float64)

    def forward(self, points: Points) -> Points:
        """Earlier to later, by fixed-point iteration."""
        later = points.copy()
        for _ in range(_INVERSION_STEPS):
            later += points - self.backward(later)
        return later

    def picture(self, image: NDArray[np.uint8], background: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The earlier picture as it looks later, on a background of the later size."""
        width, height = self.size
        dx, dy = (cv2.resize(part, self.size, interpolation=cv2.INTER_LINEAR) for part in self.field_px)
        dx += np.arange(width, dtype=np.float32)
        dy += np.arange(height, dtype=np.float32)[:, None]
        later = cv2.remap(
            image, dx, dy, cv2.INTER_LINEAR, dst=background.copy(), borderMode=cv2.BORDER_TRANSPARENT
        )
        return np.asarray(later, np.uint8)


@dataclass(frozen=True)
class PageWarp:
    """The steps from the page as printed to its picture, in order; none means that they are the same."""

    steps: tuple[Warp, ...] = ()

    def to_image(self, points: Points) -> Points:
        """From the page as printed to the picture."""
        for step in self.steps:
            points = step.forward(points)
        return points

    def to_flat(self, points: Points) -> Points:
        """From the picture to the page as printed."""
        for step in reversed(self.steps):
            points = step.backward(points)
        return points


AS_PRINTED = PageWarp()


def scaling(factor_x: float, factor_y: float) -> Homography:
    """A change of size that keeps the outer edges of the picture where they are."""
    return Homography(
        np.array(
            [[factor_x, 0, (factor_x - 1) / 2], [0, factor_y, (factor_y - 1) / 2], [0, 0, 1]], dtype=float
        )
    )


def shifting(x_px: float, y_px: float) -> Homography:
    """A shift of the picture's content to the right and down."""
    return Homography(np.array([[1, 0, x_px], [0, 1, y_px], [0, 0, 1]], dtype=float))


def _project(matrix: NDArray[np.float64], points: Points) -> Points:
    x, y, w = matrix @ np.column_stack([points, np.ones(len(points))]).T
    return np.column_stack([x / w, y / w])
