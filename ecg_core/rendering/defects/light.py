"""Light and colour: shadows, uneven illumination, colour casts, faded and copied prints."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.rendering.page import RenderedPage
from ecg_core.rendering.textures import clouds, mixed, paper_colour, rough_clouds, shaded


def uneven_light(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Light that falls off to one side and towards the edges."""
    width, height = page.size
    x = np.linspace(-1, 1, width, dtype=np.float32)
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    slope_x, slope_y = rng.uniform(-0.25, 0.25, 2).astype(np.float32)
    vignette = np.float32(rng.uniform(0, 0.25)) * (x**2 + y**2)
    light = rng.uniform(0.75, 1.05) + slope_x * x + slope_y * y - vignette
    return page.with_picture(shaded(page.rgb, np.clip(light, 0.2, 1.3).astype(np.float32)))


def shadow(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """One to three shadows with soft edges, as of a hand or a phone."""
    width, height = page.size
    light = np.ones((height, width), np.float32)
    for _ in range(rng.integers(1, 4)):
        n_corners = int(rng.integers(3, 7))
        centre = rng.uniform((0, 0), (width, height))
        angles = np.sort(rng.uniform(0, 2 * np.pi, n_corners))
        reach = rng.uniform(0.15, 0.6, n_corners) * width
        outline = centre + np.column_stack([np.cos(angles), np.sin(angles)]) * reach[:, None]
        shade = np.zeros((height // 8 + 1, width // 8 + 1), np.float32)
        cv2.fillPoly(shade, [np.round(outline / 8).astype(np.int32)], 1.0)
        soft = cv2.GaussianBlur(shade, (0, 0), rng.uniform(0.3, 12))
        light *= 1 - np.float32(rng.uniform(0.1, 0.45)) * np.asarray(cv2.resize(soft, (width, height)))
    return page.with_picture(shaded(page.rgb, light))


def colour_cast(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """The colour of the light and the camera's idea of white: warm, cold or strong as in an old film."""
    strength = rng.choice([0.06, 0.15, 0.3])
    warmth = rng.normal(0, strength)
    off_axis = rng.normal(0, strength / (1 if rng.random() < 0.3 else 5), 3)
    gains = np.clip(1 + np.array([warmth, 0, -warmth]) + off_axis, 0.35, 1.3)
    gains *= rng.uniform(0.7, 1.05) / gains.max()
    return page.with_picture(_curves(page.rgb, gains, gamma=rng.uniform(0.8, 1.4)))


def greyscale(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A copy without colour."""
    grey = cv2.cvtColor(page.rgb, cv2.COLOR_RGB2GRAY)
    rgb = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
    return page.with_picture(_curves(rgb, np.ones(3), gamma=rng.uniform(0.7, 1.5)))


def low_contrast(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Blacks that are grey and whites that are not white."""
    black, white = rng.uniform(0, 90), rng.uniform(170, 255)
    table = np.linspace(black, white, 256).astype(np.uint8)
    return page.with_picture(np.asarray(cv2.LUT(page.rgb, table), np.uint8))


def faded(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Thermal paper that has paled, more in some places than in others."""
    share = rng.uniform(0.2, 0.6) + 0.12 * rough_clouds(page.size, page.size[0] / 4, rng)
    share = np.clip(share, 0, 0.72).astype(np.float32)
    return page.with_picture(mixed(page.rgb, paper_colour(page.rgb), share))


def glare(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A lamp mirrored in glossy paper."""
    width, height = page.size
    x = np.arange(width, dtype=np.float32) - rng.uniform(0, width)
    y = (np.arange(height, dtype=np.float32) - rng.uniform(0, height))[:, None]
    radius = rng.uniform(0.05, 0.25) * width
    share = np.float32(rng.uniform(0.2, 0.6)) * np.exp(-(x**2 + (y * rng.uniform(0.5, 2)) ** 2) / radius**2)
    return page.with_picture(mixed(page.rgb, (255, 255, 255), share.astype(np.float32)))


def paper_texture(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Fibres and cloudiness of the paper."""
    fine = clouds(page.size, rng.uniform(1.5, 5), rng) * np.float32(rng.uniform(0.004, 0.02))
    coarse = clouds(page.size, rng.uniform(40, 300), rng) * np.float32(rng.uniform(0, 0.02))
    return page.with_picture(shaded(page.rgb, 1 + fine + coarse))


def _curves(rgb: np.ndarray, gains: np.ndarray, gamma: float) -> np.ndarray:
    levels = 255 * (np.arange(256) / 255) ** gamma
    table = np.clip(levels[:, None] * gains, 0, 255).astype(np.uint8).reshape(1, 256, 3)
    return np.asarray(cv2.LUT(rgb, table), np.uint8)
