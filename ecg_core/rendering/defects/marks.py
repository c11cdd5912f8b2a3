"""What people leave on a page: handwriting, pen marks, highlighter, stains, masked names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ecg_core.rendering.lettering import load_font
from ecg_core.rendering.page import RenderedPage
from ecg_core.rendering.strokes import Patch, paint, stroke
from ecg_core.rendering.warp import Points

_PENS = ((15, 15, 20), (20, 30, 120), (35, 60, 170), (170, 20, 30), (10, 60, 40), (60, 60, 65))
_HIGHLIGHTERS = ((255, 255, 90), (150, 255, 150), (255, 170, 210), (150, 220, 255), (255, 200, 110))
_NOTES = (
    "normal sinus rhythm", "ST elevation II III aVF", "LVH?", "seen by cardiology", "no change since last",
    "K 6.8", "AF", "repeat in 15 min", "chest pain 2 h", "Dr. Miller", "QTc 480", "LBBB", "old inferior MI",
    "compare with 12/03", "VPB", "t-wave inversion V1 - V4", "check K+ and Mg", "RR 0.84", "peaked T!", "pt. resting",
)  # fmt: skip


def handwriting(page: RenderedPage, rng: np.random.Generator, fonts: Sequence[Path] = ()) -> RenderedPage:
    """One to five handwritten notes anywhere, over the traces too; without a script font they are scrawls."""
    rgb = page.rgb.copy()
    for _ in range(rng.integers(1, 6)):
        size_px = rng.uniform(3, 9) * page.px_per_mm[0]
        if len(fonts):
            font = fonts[int(rng.integers(len(fonts)))]
            cover = _written(str(rng.choice(_NOTES)), font, size_px, rng)
        else:
            cover = _scrawled(size_px, page.px_per_mm[0], rng)
        _stamp(rgb, cover, rng)
    return page.with_picture(rgb)


def pen_marks(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """One to six strokes of a pen: circles, underlines, arrows, ticks, crossings-out."""
    rgb = page.rgb.copy()
    scale = page.px_per_mm[0]
    colour = _PENS[rng.integers(len(_PENS))]
    width_px = rng.uniform(0.25, 0.9) * scale
    for _ in range(rng.integers(1, 7)):
        centre = rng.uniform((0, 0), page.size)
        shapes = (_circle, _underline, _arrow, _ticks, _scribble)
        lines = shapes[rng.integers(len(shapes))](rng.uniform(4, 30) * scale, rng)
        paint(rgb, stroke([line + centre for line in lines], width_px, page.size), colour)
    return page.with_picture(rgb)


def highlighter(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """One to four strokes of a text marker, through which the print is seen."""
    rgb = page.rgb.copy()
    scale = page.px_per_mm[0]
    colour = np.array(_HIGHLIGHTERS[rng.integers(len(_HIGHLIGHTERS))]) / 255
    for _ in range(rng.integers(1, 5)):
        line = rng.uniform((0, 0), page.size) + _underline(rng.uniform(10, 60) * scale, rng)[0]
        patch = stroke([line], rng.uniform(2.5, 5) * scale, page.size)
        if patch is not None:
            _tint(rgb, patch, colour)
    return page.with_picture(rgb)


def stains(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Coffee, water, grease: blots and rings."""
    rgb = page.rgb.copy()
    scale = page.px_per_mm[0]
    for _ in range(rng.integers(1, 4)):
        radius = rng.uniform(3, 40) * scale
        angles = np.linspace(0, 2 * np.pi, 80)
        waves = [rng.normal() / k * np.sin(k * angles + rng.uniform(0, 6)) for k in (1, 2, 3, 5)]
        uneven = 1 + 0.12 * np.sum(waves, axis=0)
        outline = np.column_stack([np.cos(angles), np.sin(angles)]) * (radius * uneven)[:, None]
        outline += rng.uniform((0, 0), page.size)
        colour = np.array([1.0, rng.uniform(0.8, 0.97), rng.uniform(0.5, 0.9)]) * rng.uniform(0.75, 1.0)
        ring = stroke([outline], rng.uniform(0.5, 3) * scale, page.size)
        if ring is not None:
            _tint(rgb, ring, np.sqrt(colour))
        if rng.random() < 0.6:
            blot = np.zeros(rgb.shape[:2], np.uint8)
            cv2.fillPoly(blot, [np.round(outline).astype(np.int32)], 255)
            _tint(rgb, Patch(0, 0, np.asarray(cv2.blur(blot, (9, 9)), np.uint8)), colour)
    return page.with_picture(rgb)


def masked_names(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Names and numbers in the page's upper part covered by bars or blots; what is hidden is no print any more."""
    rgb, text_cover = page.rgb.copy(), page.text_cover.copy()
    colour = [(0, 0, 0), (255, 255, 255), (190, 190, 190)][rng.integers(3)]
    scale = page.px_per_mm[0]
    print_area = page.print
    rows_top = min(lead.box_px[1] for lead in print_area.leads)
    hidden = [text for text in print_area.strings if text.lead is None and text.box_px[3] < rows_top]
    for text in hidden:
        if rng.random() < 0.6:
            corners = page.corners(text.box_px) + rng.normal(0, 0.5 * scale, (4, 2))
            bar = np.zeros(rgb.shape[:2], np.uint8)
            cv2.fillPoly(bar, [np.round(corners).astype(np.int32)], 255)
            paint(rgb, Patch(0, 0, bar), colour)
            text_cover[bar > 0] = 0
    return replace(page, rgb=rgb, text_cover=text_cover)


def _written(text: str, font: Path, size_px: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A note in a script font, slanted and turned a little."""
    face = load_font(font, round(size_px))
    width, height = int(face.getlength(text)) + 20, int(size_px * 2)
    image = Image.new("L", (width, height))
    ImageDraw.Draw(image).text((10, height * 0.7), text, fill=255, font=face, anchor="ls")
    return _turned(np.array(image), rng)


def _scrawled(size_px: float, scale: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Loops that run on like writing nobody can read."""
    n_letters = int(rng.integers(4, 22))
    t = np.linspace(0, n_letters, n_letters * 24)
    knots = np.arange(n_letters + 2)
    height = np.interp(t, knots, rng.choice([0.35, 0.45, 1.0, 0.6], n_letters + 2))
    loop = np.interp(t, knots, rng.uniform(0.1, 0.9, n_letters + 2))
    x = 0.55 * t + 0.35 * loop * np.cos(2 * np.pi * t)
    y = -height * 0.5 * (1 - np.cos(2 * np.pi * t)) - 0.1 * np.sin(1.3 * t)
    points = np.column_stack([x, y]) * size_px * 0.5 + (size_px, size_px)
    words = np.split(points, np.sort(rng.choice(len(points), n_letters // 6, replace=False)))
    size = (int(points[:, 0].max() + size_px), int(2 * size_px))
    cover = np.zeros(size[::-1], np.uint8)
    patch = stroke(words, rng.uniform(0.25, 0.6) * scale, size)
    if patch is not None:
        cover[patch.area] = patch.cover
    return _turned(cover, rng)


def _turned(cover: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    height, width = cover.shape
    room = width // 8
    angle = np.radians(rng.normal(0, 3.5))
    slant = rng.normal(0.1, 0.15)
    matrix = np.array(
        [[np.cos(angle), slant, room - slant * height / 2], [np.sin(angle), 1, room - angle * width / 2]]
    )
    return np.asarray(cv2.warpAffine(cover, matrix, (width + 2 * room, height + 2 * room)), np.uint8)


def _stamp(rgb: NDArray[np.uint8], cover: NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Write a note in a pen's colour at a random place, in place; what does not fit is lost."""
    height, width = rgb.shape[:2]
    x0 = int(rng.uniform(0, max(1, width - cover.shape[1] * 0.8)))
    y0 = int(rng.uniform(0, max(1, height - cover.shape[0])))
    fitting = cover[: height - y0, : width - x0]
    paint(rgb, Patch(x0, y0, fitting), _PENS[rng.integers(len(_PENS))])


def _tint(rgb: NDArray[np.uint8], patch: Patch, colour: NDArray[np.float64]) -> None:
    """Multiply by a colour (0 to 1) where a patch covers, in place."""
    area = rgb[patch.area]
    inked = np.nonzero(patch.cover)
    share = patch.cover[inked].astype(np.float32)[:, None] / 255
    area[inked] = (area[inked] * (1 + share * (colour - 1))).astype(np.uint8)


def _circle(size_px: float, rng: np.random.Generator) -> list[Points]:
    angles = np.linspace(0, rng.uniform(1.8, 2.3) * np.pi, 60) + rng.uniform(0, 6)
    radius = size_px / 2 * (1 + 0.08 * np.sin(angles * 1.7))
    return [np.column_stack([np.cos(angles) * radius, np.sin(angles) * radius * rng.uniform(0.5, 1)])]


def _underline(size_px: float, rng: np.random.Generator) -> list[Points]:
    x = np.linspace(-size_px / 2, size_px / 2, 30)
    slope, bow = rng.normal(0, 0.1), rng.normal(0, 0.03)
    return [np.column_stack([x, slope * x + bow * size_px * np.cos(np.pi * x / size_px)])]


def _arrow(size_px: float, rng: np.random.Generator) -> list[Points]:
    angle = rng.uniform(0, 2 * np.pi)
    tip = size_px * np.array([np.cos(angle), np.sin(angle)])
    barbs = [tip - 0.3 * size_px * np.array([np.cos(angle + a), np.sin(angle + a)]) for a in (0.5, -0.5)]
    return [np.array([(0.0, 0.0), tip]), np.array([barbs[0], tip, barbs[1]])]


def _ticks(size_px: float, rng: np.random.Generator) -> list[Points]:
    """Marks at even distances, as made with a ruler along the R waves."""
    step = np.array([rng.uniform(0.7, 2.5) * size_px, 0.0])
    height = np.array([rng.normal(0, 0.05), 0.4]) * size_px
    return [np.array([step * k, step * k + height]) for k in range(rng.integers(2, 8))]


def _scribble(size_px: float, rng: np.random.Generator) -> list[Points]:
    turns = int(rng.integers(3, 9))
    x = np.linspace(-0.5, 0.5, 2 * turns) * size_px
    y = np.where(np.arange(2 * turns) % 2, 1, -1) * size_px * rng.uniform(0.05, 0.3, 2 * turns)
    return [np.column_stack([x, y])]
