"""What a page lies on when it is photographed."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.rendering.textures import clouds, rough_clouds

_WOODS = ((120, 80, 50), (170, 125, 85), (90, 60, 40), (200, 170, 130), (60, 42, 32))


def desk(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A background of `size` (width, height): plain, wood, cloth or speckled, `(height, width, 3)` uint8."""
    kind = rng.integers(4)
    colour = np.array(_WOODS[rng.integers(len(_WOODS))] if kind == 1 else _cloth_colour(rng), np.float32)
    small = (max(2, size[0] // 2), max(2, size[1] // 2))
    pattern = (_gradient, _wood, _cloth, _speckles)[kind](small, rng)
    rgb = np.clip(colour * pattern[..., None], 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(rgb, size), np.uint8)


def _cloth_colour(rng: np.random.Generator) -> NDArray[np.float64]:
    grey = rng.choice([25, 60, 90, 140, 200, 235])
    return np.asarray(np.clip(grey + rng.normal(0, 15, 3), 0, 255), np.float64)


def _gradient(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """A plain surface under uneven light."""
    return 1 + np.float32(0.1) * clouds(size, max(size), rng)


def _wood(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Grain along the longer side, bent a little."""
    width, height = size
    y = np.arange(height, dtype=np.float32)[:, None] / height * np.float32(rng.uniform(8, 40))
    rings = np.sin(y * np.float32(2 * np.pi) + 2 * clouds(size, width / 3, rng))
    fibres = clouds((size[0] // 20 + 1, size[1]), 2, rng)
    return 1 + np.float32(0.08) * rings + np.float32(0.06) * cv2.resize(fibres, size)


def _cloth(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Folds and weave."""
    return (
        1 + np.float32(0.12) * rough_clouds(size, size[0] / 5, rng) + np.float32(0.05) * clouds(size, 2, rng)
    )


def _speckles(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Stone or printed laminate."""
    return 1 + np.float32(0.2) * np.tanh(2 * clouds(size, rng.uniform(3, 12), rng))
