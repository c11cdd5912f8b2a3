"""Print as machines make it: outline fonts, plotters' vector fonts, dot matrices, wide and narrow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from ecg_core.rendering.lettering import load_font

Picture = NDArray[np.float32]
_HERSHEY_FONTS = 8  # OpenCV's vector fonts, as plotters and old electrocardiographs print
_CAPITAL = 0.72  # height of capitals in sizes of a font, about


def lettering(text: str, height_px: float, fonts: Sequence[Path | None], rng: np.random.Generator) -> Picture:
    """Coverage, 0 to 1, of a text in a font drawn by chance, its capitals about `height_px` high; trimmed to its ink.

    `fonts` are outline fonts, None among them the one that comes with Pillow.
    """
    drawn = np.zeros((1, 1), np.float32)
    while not drawn.any():  # a font may lack a character
        if rng.random() < 0.12:
            drawn = _plotted(text, height_px, rng)
        else:
            drawn = _set(text, fonts[int(rng.integers(len(fonts)))], height_px, rng)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    drawn = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if rng.random() < 0.25:  # condensed or wide
        width = max(2, round(drawn.shape[1] * float(rng.uniform(0.7, 1.3))))
        drawn = _resized(drawn, width, drawn.shape[0])
    return _dot_matrix(drawn, rng) if rng.random() < 0.08 else drawn


def _plotted(text: str, height_px: float, rng: np.random.Generator) -> Picture:
    font = int(rng.integers(_HERSHEY_FONTS))
    scale = height_px / cv2.getTextSize("V", font, 1.0, 1)[0][1]
    weight = int(rng.integers(1, max(2, round(height_px / 8)) + 1))
    (width, height), below = cv2.getTextSize(text, font, scale, weight)
    canvas = np.zeros((height + below + 12, width + 12), np.uint8)
    cv2.putText(canvas, text, (6, height + 6), font, scale, 255, weight, cv2.LINE_AA)
    return _coverage(canvas)


def _set(text: str, font: Path | None, height_px: float, rng: np.random.Generator) -> Picture:
    """Set in an outline font, at times with wide letter spacing or with a small low last digit (V with index 1)."""
    size = height_px / _CAPITAL
    face = load_font(font, size)
    has_index = len(text) == 2 and text[0] in "VC" and text[1].isdigit() and rng.random() < 0.12
    is_spaced = rng.random() < (0.25 if set(text) == {"I"} else 0.08)
    spacing = float(rng.uniform(0.1, 0.6)) * height_px if is_spaced else 0.0
    canvas = Image.new("L", (int(face.getlength(text) + spacing * len(text) + 2 * size), int(2.2 * size)))
    pen, x = ImageDraw.Draw(canvas), size / 2
    if has_index:
        pen.text((x, size / 2), text[0], 255, face)
        small = load_font(font, size * 0.65)
        pen.text((x + face.getlength(text[0]), size * 0.95), text[1], 255, small)
    elif spacing:
        for character in text:
            pen.text((x, size / 2), character, 255, face)
            x += face.getlength(character) + spacing
    else:
        pen.text((x, size / 2), text, 255, face)
    return _coverage(np.asarray(canvas))


def _dot_matrix(drawn: Picture, rng: np.random.Generator) -> Picture:
    """As a needle or thermal printer of few dots would print it."""
    height, width = drawn.shape
    dots = int(rng.integers(8, 15))
    coarse = _resized(drawn, max(2, round(width * dots / height)), dots) > 0.35
    method = cv2.INTER_NEAREST if rng.random() < 0.6 else cv2.INTER_LINEAR
    return np.asarray(
        cv2.resize(coarse.astype(np.float32), (width, height), interpolation=method), np.float32
    )


def _resized(drawn: Picture, width: int, height: int) -> Picture:
    return np.asarray(cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def _coverage(canvas: NDArray[np.uint8]) -> Picture:
    return canvas.astype(np.float32) / np.float32(255)
