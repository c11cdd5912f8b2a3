"""Folded and crumpled paper: the surface is displaced and shaded together."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.rendering.page import RenderedPage
from ecg_core.rendering.textures import clouds, mixed, paper_colour, shaded
from ecg_core.rendering.warp import Displacement

_FIELD_STEP_PX = 16


def wrinkles(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Crumpled and smoothed again: soft hills, seen a little from the side and lit from the side."""
    width, height = page.size
    small = (width // _FIELD_STEP_PX + 2, height // _FIELD_STEP_PX + 2)
    relief = np.zeros(small[::-1], np.float32)
    stretch = np.exp(rng.normal(0, 0.6))  # hills may be long
    stretched = (small[0], max(2, round(small[1] * stretch)))
    for cell, weight in ((40, 1.0), (18, 0.6), (7, 0.25)):
        # Ridges (the absolute value of smooth noise has creases at its zeros) and hills.
        hills = np.asarray(cv2.resize(clouds(stretched, cell, rng), small), np.float32)
        relief += np.float32(weight) * (np.abs(hills) if rng.random() < 0.6 else hills)
    amplitude_px = rng.uniform(0, 0.35) * page.px_per_mm[0]
    view = rng.normal(0, 1, 2)
    field = np.stack([relief * part for part in view / np.linalg.norm(view)]) * np.float32(amplitude_px)
    return _reshaped(page, field, relief, np.float32(rng.uniform(0.15, 0.7)), rng)


def folds(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """One to six straight folds, often parallel: a bright or dark line, a change of light, a bend of the paper."""
    width, height = page.size
    light = np.ones((height // 2, width // 2), np.float32)
    worn = np.zeros((height // 2, width // 2), np.float32)
    rows, columns = height // _FIELD_STEP_PX + 2, width // _FIELD_STEP_PX + 2
    bend = np.zeros((rows, columns), np.float32)
    angle = rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)])
    for _ in range(rng.integers(1, 7)):
        own_angle = angle + rng.normal(0, 0.05)
        middle = rng.uniform(0.05, 0.95, 2) * (width, height)
        fine = _distance_mm(page, light.shape, own_angle, middle)
        light += (
            np.float32(rng.uniform(-0.12, 0.12)) * np.sign(fine) * np.exp(-np.abs(fine) / rng.uniform(3, 30))
        )
        width_mm = rng.uniform(0.2, 1.2)
        light += np.float32(rng.uniform(-0.25, 0.35)) * np.exp(-((fine / np.float32(width_mm)) ** 2))
        worn += np.float32(rng.uniform(0, 0.4)) * np.exp(-((fine / np.float32(width_mm / 2)) ** 2))
        coarse = _distance_mm(page, bend.shape, own_angle, middle)
        bend += np.float32(rng.uniform(-0.4, 0.4)) * np.exp(-np.abs(coarse) / np.float32(rng.uniform(8, 30)))
    view = rng.normal(0, 1, 2)
    field = np.stack([bend * part for part in view / np.linalg.norm(view)]) * np.float32(page.px_per_mm[0])
    rgb = shaded(page.rgb, np.asarray(cv2.resize(np.clip(light, 0.3, 1.6), page.size), np.float32))
    share = np.asarray(cv2.resize(np.clip(worn, 0, 0.6), page.size), np.float32)
    rgb = mixed(rgb, (250, 248, 245), share)
    return _displaced(page.with_picture(rgb), field)


def _distance_mm(
    page: RenderedPage, shape: tuple[int, ...], angle: float, middle: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Signed distance of a lattice over the page from a line, with a slight waviness."""
    width, height = page.size
    x = (np.arange(shape[1], dtype=np.float32) + 0.5) * (width / shape[1]) - middle[0]
    y = ((np.arange(shape[0], dtype=np.float32) + 0.5) * (height / shape[0]) - middle[1])[:, None]
    distance = (x * np.cos(angle) + y * np.sin(angle)) / page.px_per_mm[0]
    return np.asarray(distance, np.float32)


def _reshaped(
    page: RenderedPage,
    field: NDArray[np.float32],
    relief: NDArray[np.float32],
    contrast: np.float32,
    rng: np.random.Generator,
) -> RenderedPage:
    """Light from the side on a relief, then its displacement."""
    down, right = np.gradient(relief)
    direction = rng.uniform(0, 2 * np.pi)
    slope = np.cos(direction) * right + np.sin(direction) * down
    steepest = np.quantile(np.abs(slope), 0.98) + 1e-6
    light = np.clip(1 - contrast * 0.15 + contrast * 0.5 * slope / steepest, 0.3, 1.4)
    fine_light = cv2.resize(light.astype(np.float32), page.size, interpolation=cv2.INTER_CUBIC)
    return _displaced(page.with_picture(shaded(page.rgb, np.asarray(fine_light, np.float32))), field)


def _displaced(page: RenderedPage, field: NDArray[np.float32]) -> RenderedPage:
    background = np.full_like(page.rgb, paper_colour(page.rgb))
    return page.warped(Displacement(np.asarray(field, np.float32), page.size), background)
