"""Where a point of the flat page lies in the source picture, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from ecg_core.digitization.types import Points

Matrix = NDArray[np.float64]  # (3, 3): a homography

_INVERSION_STEPS = 12  # of the fixed point; each gains a digit where the slope of the bend is below 0.1
_NODE_PX = 16  # the map is worked out every so many pixels and interpolated between


def transform(matrix: NDArray[np.floating], points: Points) -> Points:
    """`(n, 2)` points through a homography."""
    x, y, w = matrix @ np.vstack([points.T, np.ones(len(points))])
    return np.column_stack([x / w, y / w])


def scaling(x: float, y: float) -> Matrix:
    """The homography that stretches both axes."""
    return np.diag([x, y, 1.0])


def shifting(x: float, y: float) -> Matrix:
    """The homography that moves the origin to (x, y)."""
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def rotating(clockwise_deg: float) -> Matrix:
    """The homography that turns points about the origin, clockwise as seen (y runs down)."""
    cos, sin = np.cos(np.deg2rad(clockwise_deg)), np.sin(np.deg2rad(clockwise_deg))
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def resizing(x: float, y: float) -> Matrix:
    """From pixels of a picture to those of the picture resized by these factors; centres at whole numbers."""
    return shifting(-0.5, -0.5) @ scaling(x, y) @ shifting(0.5, 0.5)


@dataclass(frozen=True, eq=False)
class Bend:
    """How far the points of flat paper are shifted in the plane of a bent one.

    `shift` is `(rows, columns, 2)` at nodes `step` apart, the first at `origin`, in the unit of the plane;
    cubic between the nodes, constant beyond them.
    """

    origin: tuple[float, float]
    step: float
    shift: NDArray[np.float64]

    def nodes(self) -> Points:
        """Where the nodes lie, `(rows * columns, 2)`."""
        rows, columns = self.shift.shape[:2]
        y, x = np.mgrid[:rows, :columns]
        return np.column_stack([x.ravel(), y.ravel()]) * self.step + self.origin

    def at(self, points: Points) -> Points:
        """The shift at `(n, 2)` points."""
        x, y = ((points - self.origin) / self.step).T
        coordinates = np.array([y, x])
        return np.column_stack(
            [
                ndimage.map_coordinates(self.shift[..., i], coordinates, order=3, mode="nearest")
                for i in (0, 1)
            ]
        )

    def scaled(self, factor: float) -> Bend:
        """The same bend in another unit."""
        x, y = self.origin
        return Bend((x * factor, y * factor), self.step * factor, self.shift * factor)


@dataclass(frozen=True, eq=False)
class PaperMap:
    """From flat pixels to millimetres on the paper, by the bend to a plane, by perspective to the source."""

    flat_to_mm: Matrix
    mm_to_source: Matrix
    bend: Bend | None = None

    def to_source(self, flat: Points) -> Points:
        """`(n, 2)` flat pixels to source pixels."""
        paper = transform(self.flat_to_mm, np.asarray(flat, float))
        if self.bend is not None:
            paper = paper + self.bend.at(paper)
        return transform(self.mm_to_source, paper)

    def to_flat(self, source: Points) -> Points:
        """`(n, 2)` source pixels to flat pixels."""
        plane = transform(np.linalg.inv(self.mm_to_source), np.asarray(source, float))
        paper = plane
        if self.bend is not None:
            for _ in range(_INVERSION_STEPS):
                paper = plane - self.bend.at(paper)
        return transform(np.linalg.inv(self.flat_to_mm), paper)

    def after(self, flat_to_flat: Matrix) -> PaperMap:
        """The map of a page whose pixels `flat_to_flat` takes to those of this one."""
        return replace(self, flat_to_mm=self.flat_to_mm @ flat_to_flat)

    def into(self, source_to_other: Matrix) -> PaperMap:
        """The map into another picture of the same."""
        return replace(self, mm_to_source=source_to_other @ self.mm_to_source)


def dense_map(page_map: PaperMap, shape: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Source x and y of every pixel of a flat page, each `(height, width)` float32, as `cv2.remap` takes them."""
    rows, columns = (-(-n // _NODE_PX) + 2 for n in shape)
    # cv2.resize holds that node j stands at (j + 0.5) * _NODE_PX - 0.5; one more node all round, cropped after
    x = (np.arange(columns) - 0.5) * _NODE_PX - 0.5
    y = (np.arange(rows) - 0.5) * _NODE_PX - 0.5
    nodes = np.column_stack([axis.ravel() for axis in np.meshgrid(x, y)])
    coarse = page_map.to_source(nodes).astype(np.float32).reshape(rows, columns, 2)
    size = (columns * _NODE_PX, rows * _NODE_PX)
    inner = (slice(_NODE_PX, _NODE_PX + shape[0]), slice(_NODE_PX, _NODE_PX + shape[1]))
    fine = [
        cv2.resize(np.ascontiguousarray(coarse[..., i]), size, interpolation=cv2.INTER_LINEAR) for i in (0, 1)
    ]
    return fine[0][inner], fine[1][inner]
