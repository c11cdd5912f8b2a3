"""What a camera, a scanner and a file do to a picture: blur, noise, compression, low resolution."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.rendering.page import RenderedPage
from ecg_core.rendering.textures import clouds, shaded
from ecg_core.rendering.warp import scaling


def defocus(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Gaussian blur of 0.03 to 0.16 mm."""
    sigma_px = rng.uniform(0.03, 0.16) * page.px_per_mm[0]
    return page.with_picture(np.asarray(cv2.GaussianBlur(page.rgb, (0, 0), max(sigma_px, 0.3)), np.uint8))


def motion_blur(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """The picture smeared along a line of 0.1 to 0.6 mm in any direction."""
    length_px = max(2.0, rng.uniform(0.1, 0.6) * page.px_per_mm[0])
    half = int(np.ceil(length_px / 2))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    angle = rng.uniform(0, np.pi)
    end = np.array([np.cos(angle), np.sin(angle)]) * length_px / 2
    start, stop = (np.round((half + sign * end) * 256).astype(int).tolist() for sign in (-1, 1))
    cv2.line(kernel, start, stop, 1.0, 1, cv2.LINE_8, 8)
    return page.with_picture(np.asarray(cv2.filter2D(page.rgb, -1, kernel / kernel.sum()), np.uint8))


def sensor_noise(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Grain of 2 to 14 grey levels, grey or coloured, fine or coarse."""
    height, width = page.rgb.shape[:2]
    coarse = rng.choice([1, 1, 2])
    shape = (height // coarse + 1, width // coarse + 1, 3 if rng.random() < 0.4 else 1)
    grain = rng.standard_normal(shape, dtype=np.float32) * np.float32(rng.uniform(2, 14))
    if coarse > 1:
        grain = np.asarray(cv2.resize(grain, (shape[1] * coarse, shape[0] * coarse)), np.float32)
    grain = grain.reshape(*grain.shape[:2], -1)[:height, :width]
    if grain.shape[2] == 1:
        grain = np.repeat(grain, 3, axis=2)
    return page.with_picture(np.asarray(cv2.add(page.rgb, grain, dtype=cv2.CV_8U), np.uint8))


def jpeg(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """JPEG compression of quality 15 to 90."""
    quality = int(rng.integers(15, 91))
    _, data = cv2.imencode(".jpg", page.rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None
    return page.with_picture(np.ascontiguousarray(decoded[..., ::-1], np.uint8))


def low_resolution(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A smaller picture, no less than 3.2 px per mm."""
    lowest = min(1.0, 3.2 / min(page.px_per_mm))
    return _resized(page, rng.uniform(lowest, max(lowest, 0.8)))


def enlarged(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A picture that was small once and was blown up again by any program."""
    small = low_resolution(page, rng)
    factor = page.size[0] / small.size[0]
    return _resized(small, factor * rng.uniform(0.8, 1.0))


def uneven_scale(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A scanner or an editor that stretched one direction, up to 6 %."""
    width, height = page.size
    new_size = (width, round(height * rng.uniform(0.94, 1.06)))
    return page.resized(scaling(1.0, new_size[1] / height), new_size)


def moire(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Fine slanted bands, as when a screen is photographed."""
    width, height = page.size
    angle, period_px = rng.uniform(0, np.pi), rng.uniform(3, 40)
    x = np.arange(width, dtype=np.float32) * np.float32(np.cos(angle) / period_px)
    y = np.arange(height, dtype=np.float32)[:, None] * np.float32(np.sin(angle) / period_px)
    phase = clouds(page.size, width / 3, rng) * np.float32(0.5)
    wave = np.sin(np.float32(2 * np.pi) * (x + y + phase))
    return page.with_picture(shaded(page.rgb, 1 + np.float32(rng.uniform(0.02, 0.08)) * wave))


def _resized(page: RenderedPage, factor: float) -> RenderedPage:
    width, height = page.size
    new_size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return page.resized(scaling(new_size[0] / width, new_size[1] / height), new_size)
