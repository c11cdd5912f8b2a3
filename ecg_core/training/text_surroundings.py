"""What lies under, beside and across print on an ECG page: paper, grid, bits of trace, separators, scribble."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]


def paper(shape: tuple[int, int], px_per_mm: float, rng: np.random.Generator) -> Picture:
    """Grey levels of paper, unevenly lit, mostly with a grid."""
    height, width = shape
    slope_y, slope_x = rng.normal(0, 0.12, 2) / (1 + np.array(shape) / 60)
    light = 1 + slope_y * np.linspace(-1, 1, height)[:, None] + slope_x * np.linspace(-1, 1, width)
    light *= rng.uniform(120, 255)
    return (light * _grid(shape, px_per_mm, rng) if rng.random() < 0.85 else light).astype(np.float32)


def _grid(shape: tuple[int, int], px_per_mm: float, rng: np.random.Generator) -> Picture:
    """What a millimetre grid leaves of the paper's brightness."""
    faint = float(rng.uniform(0.02, 0.35))
    strong = min(0.75, faint * float(rng.uniform(1.0, 3.0))) if rng.random() < 0.9 else faint
    half_mm = float(rng.uniform(0.3, 0.9)) / px_per_mm
    along = [
        np.arange(size) / px_per_mm + offset for size, offset in zip(shape, rng.uniform(0, 5, 2), strict=True)
    ]
    fine_y, fine_x = (_near_line(at_mm, 1.0, half_mm) for at_mm in along)
    coarse_y, coarse_x = (_near_line(at_mm, 5.0, half_mm) for at_mm in along)
    dotted = rng.random() < 0.2
    fine = fine_y[:, None] & fine_x if dotted else fine_y[:, None] | fine_x
    coarse = coarse_y[:, None] | coarse_x
    return np.where(coarse, 1 - strong, np.where(fine, 1 - faint, 1.0)).astype(np.float32)


def _near_line(at_mm: NDArray[np.float64], period_mm: float, half_mm: float) -> NDArray[np.bool_]:
    nearest: NDArray[np.bool_] = np.abs((at_mm + period_mm / 2) % period_mm - period_mm / 2) <= half_mm
    return nearest


def crossing_lines(
    shape: tuple[int, int], px_per_mm: float, print_height_px: float, rng: np.random.Generator
) -> Picture:
    """Coverage of a trace, steep or flat, of a separator and of handwriting that run near or across the print."""
    height, width = shape
    canvas = np.zeros(shape, np.uint8)
    weight = _weight(px_per_mm, rng)
    if rng.random() < 0.45:
        knots = int(rng.integers(3, 7 + width // max(8, int(3 * px_per_mm))))
        swing = print_height_px * float(rng.choice([0.1, 0.5, 2.0]))
        points = np.stack(
            [np.sort(rng.uniform(0, width, knots)), rng.uniform(0, height) + rng.normal(0, swing, knots)],
            axis=1,
        )
        points[0, 0], points[-1, 0] = 0, width
        _polyline(canvas, points, weight)
    if rng.random() < 0.2:
        x = int(rng.uniform(0, width))
        y0, y1 = (int(y) for y in rng.uniform(-0.3 * height, 1.3 * height, 2))
        cv2.line(canvas, (x, y0), (x, y1), 255, weight + int(rng.integers(0, 4)), cv2.LINE_AA)
    if rng.random() < 0.05:
        _draw_curve(canvas, weight, int(rng.integers(3, 9)), rng, forward=False)
    return canvas.astype(np.float32) / np.float32(255)


def marks(px_per_mm: float, rng: np.random.Generator) -> Picture:
    """Coverage of marks that a page network may mistake for print: bars, bits of trace, scribble, specks."""
    height, width = (int(rng.uniform(1.5, 8) * px_per_mm) + 6 for _ in range(2))
    canvas = np.zeros((height, width), np.uint8)
    weight = _weight(px_per_mm, rng)
    kind = rng.choice(["bar", "trace", "scribble", "specks"], p=[0.12, 0.35, 0.35, 0.18])
    if kind == "bar":
        x = width // 2
        cv2.line(canvas, (x, 2), (x + int(rng.integers(-1, 2)), height - 3), 255, weight, cv2.LINE_AA)
    elif kind == "specks":
        for _ in range(int(rng.integers(1, 6))):
            centre = (int(rng.integers(width)), int(rng.integers(height)))
            cv2.circle(canvas, centre, int(rng.integers(1, max(2, int(px_per_mm)) + 1)), 255, -1, cv2.LINE_AA)
    else:
        _draw_curve(canvas, weight, int(rng.integers(3, 9)), rng, forward=kind == "trace")
    return canvas.astype(np.float32) / np.float32(255)


def _draw_curve(
    canvas: NDArray[np.uint8], weight: int, knots: int, rng: np.random.Generator, *, forward: bool
) -> None:
    """Draw a smooth line through random points, from left to right or in loops."""
    height, width = canvas.shape
    x = np.linspace(0, width - 1, knots) if forward else rng.uniform(0, width - 1, knots)
    at = np.linspace(0, knots - 1, 12 * knots)
    curve = np.stack(
        [np.interp(at, np.arange(knots), v) for v in (x, rng.uniform(0, height - 1, knots))], axis=1
    )
    smooth = np.asarray(cv2.blur(curve, (1, int(rng.integers(1, 10)))), np.float64)
    _polyline(canvas, smooth, weight)


def _weight(px_per_mm: float, rng: np.random.Generator) -> int:
    return max(1, round(float(rng.uniform(0.12, 0.6)) * px_per_mm))


def _polyline(canvas: NDArray[np.uint8], points: NDArray[np.floating], weight: int) -> None:
    cv2.polylines(canvas, [np.round(points * 4).astype(np.int32)], False, 255, weight, cv2.LINE_AA, shift=2)
