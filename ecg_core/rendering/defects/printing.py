"""Faults of the printer, the copier and the fax."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.rendering.page import RenderedPage
from ecg_core.rendering.textures import clouds, mixed, paper_colour


def fax(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Black and white only, by one threshold or a local one, with specks; part of the grid may stay."""
    grey = np.asarray(cv2.cvtColor(page.rgb, cv2.COLOR_RGB2GRAY), np.float32)
    ink, paper = np.quantile(grey[::4, ::4], [0.003, 0.5])
    level = ink + (paper - ink) * np.float32(rng.uniform(0.35, 0.7))
    if rng.random() < 0.6:  # relative to the paper around, as a copier does
        window_px = 2 * round(4 * page.px_per_mm[0]) + 1
        around = cv2.blur(grey, (window_px, window_px))
        level = around * (level / max(float(paper), 1.0))
    if rng.random() < 0.6:
        grey = grey + rng.standard_normal(grey.shape, dtype=np.float32) * np.float32(rng.uniform(3, 15))
    copy = np.where(grey < level, 0, 255).astype(np.uint8)
    n_specks = int(copy.size * rng.choice([0.0, 0.0005, 0.003]))
    rows, columns = rng.integers(0, (copy.shape[0], copy.shape[1]), (n_specks, 2)).T
    copy[rows, columns] = 255 - copy[rows, columns]
    return page.with_picture(np.asarray(cv2.cvtColor(copy, cv2.COLOR_GRAY2RGB), np.uint8))


def specks(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Dust and dirt: small dark and bright dots and hairs."""
    rgb = page.rgb.copy()
    for _ in range(rng.integers(10, 300)):
        x, y = rng.uniform((0, 0), page.size).astype(int).tolist()
        shade = int(rng.choice([0, 40, 90, 255]))
        if rng.random() < 0.93:
            cv2.circle(rgb, (x, y), int(rng.integers(1, 3)), (shade, shade, shade), -1, cv2.LINE_AA)
        else:
            bow = rng.normal(0, 2 * page.px_per_mm[0], (5, 2)).cumsum(axis=0) + np.array([x, y])
            cv2.polylines(rgb, [bow.astype(np.int32)], False, (shade, shade, shade), 1, cv2.LINE_AA)
    return page.with_picture(rgb)


def missing_lines(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Dead dots of a print head: thin lines along or across the page on which nothing is printed."""
    rgb = page.rgb.copy()
    along_time = rng.random() < 0.7
    length = page.size[1] if along_time else page.size[0]
    for start in rng.integers(0, length, rng.integers(1, 9)):
        line = slice(start, start + rng.integers(1, 3))
        rgb[(line, slice(None)) if along_time else (slice(None), line)] = paper_colour(page.rgb)
    return page.with_picture(rgb)


def worn_ink(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Ink that did not take everywhere: traces and print grow thin or break in places."""
    patches = clouds(page.size, rng.uniform(0.4, 3) * page.px_per_mm[0], rng)
    share = np.clip(rng.uniform(0.2, 0.6) * (patches - rng.uniform(0.0, 1.0)), 0, 0.85)
    return page.with_picture(mixed(page.rgb, paper_colour(page.rgb), share.astype(np.float32)))


def thick_ink(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A copy on which all print has grown fatter."""
    size = int(rng.integers(2, 4))
    fat = np.asarray(cv2.erode(page.rgb, np.ones((size, size), np.uint8), anchor=(0, 0)), np.uint8)
    share = rng.uniform(0.3, 1.0)
    return page.with_picture(np.asarray(cv2.addWeighted(page.rgb, 1 - share, fat, share, 0), np.uint8))
