"""Where the paper lies in a picture of it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.types import Points

_LONGER_SIDE_PX = 400  # of the picture in which paper is told from desk
_SMOOTHED_PX = 5  # print is wiped out below this size
_LEAST_DIFFERENCE = 30  # in CIELAB, 8 bit: paper and desk are of different colours
_LEAST_STEP = 20  # across the paper's edge
_LEAST_PAPER, _MOST_PAPER = 0.2, 0.995  # parts of the picture
_PURE = 0.97  # part of what lies outside that must not look like paper
_EDGE_PX = 3  # to either side of the edge, where the step is measured
_STRAIGHT = 0.02  # of the outline: how far a side of a sheet may depart from a straight line
_RIGHT_ANGLE_DEG = 30.0  # how far a corner may be from square


def whole_picture(shape: tuple[int, ...]) -> Points:
    """The corners of a picture of `(height, width, ...)`, clockwise from the upper left."""
    right, bottom = shape[1] - 1.0, shape[0] - 1.0
    return np.array([[0, 0], [right, 0], [right, bottom], [0, bottom]])


def paper_outline(rgb: NDArray[np.uint8]) -> Points | None:
    """The outline `(n, 2)` of what is seen of the paper, clockwise; None where no edge of it is to be seen.

    Paper is what has the colour of the middle of the picture, desk the rest, if the two differ clearly and
    meet in a sharp edge.
    """
    scale = min(1.0, _LONGER_SIDE_PX / max(rgb.shape[:2]))
    small = cv2.medianBlur(
        cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), _SMOOTHED_PX
    )
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    height, width = lab.shape[:2]
    middle = lab[height // 4 : -(height // 4), width // 4 : -(width // 4)].reshape(-1, 3)
    other = np.linalg.norm(lab - np.median(middle, axis=0), axis=2).clip(0, 255).astype(np.uint8)
    limit, desk = cv2.threshold(other, 0, 1, cv2.THRESH_OTSU)
    if desk.all():  # a pattern whose middle colour occurs nowhere
        return None
    hull = _largest(1 - desk)
    inside = cv2.fillConvexPoly(np.zeros_like(desk), hull, 1)
    found = (
        limit >= _LEAST_DIFFERENCE
        and _LEAST_PAPER < inside.mean() < _MOST_PAPER
        and desk[inside == 0].mean() > _PURE
        and _step(other, inside) > _LEAST_STEP
    )
    if not found:
        return None
    points: Points = (hull.reshape(-1, 2) + 0.5) / scale - 0.5
    return points


def reaching(outline: Points, further: Points) -> Points:
    """The outline, clockwise, that takes in points outside it too."""
    points = np.concatenate([outline, further]).astype(np.float32)
    return _hull(points).reshape(-1, 2).astype(np.float64)


def sheet_corners(outline: Points, shape: tuple[int, ...]) -> Points | None:
    """The four corners of an outline, clockwise from the upper left; None where it is not a whole sheet of paper."""
    length = cv2.arcLength(outline.astype(np.float32), True)
    corners = (
        cv2.approxPolyDP(outline.astype(np.float32), _STRAIGHT * length, True).reshape(-1, 2).astype(float)
    )
    margin = _STRAIGHT * length / 8
    height, width = shape[:2]
    cut_off = (corners < margin).any() or (corners > np.array([width, height]) - 1 - margin).any()
    if len(corners) != 4 or cut_off:
        return None
    sides = np.roll(corners, -1, axis=0) - corners
    sides /= np.linalg.norm(sides, axis=1, keepdims=True)
    if np.abs(np.sum(sides * np.roll(sides, 1, axis=0), axis=1)).max() > np.sin(np.deg2rad(_RIGHT_ANGLE_DEG)):
        return None
    return np.roll(corners, -int(corners.sum(axis=1).argmin()), axis=0)


def _largest(mask: NDArray[np.uint8]) -> NDArray[np.int32]:
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return _hull(np.asarray(max(outlines, key=cv2.contourArea))).astype(np.int32)


def _hull(points: NDArray[np.generic]) -> NDArray[np.generic]:
    # OpenCV holds that y runs up: what it calls counterclockwise is clockwise as seen
    return np.asarray(cv2.convexHull(points, clockwise=False))


def _step(other: NDArray[np.uint8], inside: NDArray[np.uint8]) -> float:
    """By how much more than inside the colour differs just outside the edge."""
    square = np.ones((2 * _EDGE_PX + 1,) * 2, np.uint8)
    within = (inside == 1) & (cv2.erode(inside, square, borderValue=1) == 0)
    without = (inside == 0) & (cv2.dilate(inside, square) == 1)
    return float(np.median(other[without]) - np.median(other[within]))
