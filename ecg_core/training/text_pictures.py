"""Made-up crops of print on ECG paper, to train and judge the network that reads it.

Each is drawn as a small piece of page at its own resolution, spoiled (blur, noise, JPEG, fax), brought to the flat
page's scale and cut as `ecg_core.digitization` cuts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.text_boxes import THRESHOLD
from ecg_core.digitization.text_crops import Crop, cut
from ecg_core.digitization.text_net import LEAD_NAMES, NOT_A_NAME
from ecg_core.digitization.types import Box
from ecg_core.training.text_lettering import lettering
from ecg_core.training.text_strings import lead_spelling, other_string, scale_string
from ecg_core.training.text_surroundings import crossing_lines, marks, paper

_SAME_TURNED = ("I", "II", "III")  # read the same upside down
_STANDARD = 12  # the first of LEAD_NAMES; the others are rare
_KINDS = {"name": 0.58, "scale": 0.12, "other": 0.14, "turned": 0.06, "marks": 0.10}
_SMALLEST_PX = 8.0  # print lower than this can't be read by anyone

Picture = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Example:
    """A crop and what it holds; `text` None says that its characters can't be asked for (it lies turned)."""

    crop: Crop
    lead: int  # class of the network
    text: str | None


def example(fonts: Sequence[Path | None], rng: np.random.Generator) -> Example:
    """One made-up crop: a lead's name, a scale, other print, a name that lies turned, or marks that are no print."""
    kind = str(rng.choice(list(_KINDS), p=list(_KINDS.values())))
    px_per_mm = float(rng.uniform(3.9, 12.0))
    height_px = max(_SMALLEST_PX, px_per_mm * float(np.clip(rng.lognormal(np.log(2.6), 0.35), 1.4, 6.0)))
    lead, text, turns = NOT_A_NAME, "", 0
    if kind in ("name", "turned"):
        name = int(
            rng.integers(_STANDARD) if rng.random() < 0.88 else rng.integers(_STANDARD, len(LEAD_NAMES))
        )
        text = lead_spelling(LEAD_NAMES[name], rng)
        turns = (
            0
            if kind == "name"
            else int(rng.choice([1, 3] if LEAD_NAMES[name] in _SAME_TURNED else [1, 2, 3]))
        )
        lead = NOT_A_NAME if turns else name
    elif kind in ("scale", "other"):
        text = scale_string(rng) if kind == "scale" else other_string(rng)
    coverage = lettering(text, height_px, fonts, rng) if text else marks(px_per_mm, rng)
    crop = _crop(np.rot90(coverage, turns), px_per_mm, height_px, rng)
    return Example(crop, lead, None if turns else text)


def _crop(coverage: Picture, px_per_mm: float, height_px: float, rng: np.random.Generator) -> Crop:
    """Print on a piece of page, photographed or scanned, flattened and cut out."""
    coverage = np.pad(coverage, int(0.8 * height_px) + 3)
    page, seen = _piece_of_page(coverage, px_per_mm, height_px, rng)
    flat_px_per_mm = 8.0 if rng.random() < 0.7 else float(rng.uniform(5, 8))
    page, seen = _flattened([_spoiled(page, px_per_mm, rng), seen], flat_px_per_mm / px_per_mm, rng)
    probability = _as_inferred(seen, flat_px_per_mm, rng)
    box = _sloppy_box(seen, probability, rng)
    return cut(np.clip(page, 0, 255).astype(np.uint8), probability, box, flat_px_per_mm)


def _piece_of_page(
    coverage: Picture, px_per_mm: float, height_px: float, rng: np.random.Generator
) -> tuple[Picture, Picture]:
    """Grey levels of a piece of page; and the print's own coverage, as a page network would tell it from other lines."""
    page = paper(coverage.shape, px_per_mm, rng)
    darkness = float(rng.uniform(0.0, 0.45) if rng.random() < 0.85 else rng.uniform(0.45, 0.75))
    ink = float(page.max()) * darkness
    lines = crossing_lines(coverage.shape, px_per_mm, height_px, rng)
    page += (ink * float(rng.uniform(0.8, 1.2)) - page) * lines
    page += (ink - page) * coverage
    seen = coverage * (1 - np.float32(rng.choice([0.0, 0.6, 1.0])) * lines)
    if rng.random() < 0.4:  # bits of the lines are taken for print
        start, length = rng.uniform(0, page.shape[1]), px_per_mm * rng.uniform(1, 4)
        seen[:, int(start) : int(start + length)] = np.maximum(coverage, lines)[
            :, int(start) : int(start + length)
        ]
    return page, seen


def _spoiled(page: Picture, px_per_mm: float, rng: np.random.Generator) -> Picture:
    """Blur, noise, then at times a fax's one bit or JPEG."""
    if rng.random() < 0.6:
        page = np.asarray(
            cv2.GaussianBlur(page, (0, 0), float(rng.uniform(0.3, 0.16 * px_per_mm))), np.float32
        )
    page = page + rng.normal(0, float(rng.choice([0, 2, 5, 10])), page.shape).astype(np.float32)
    spoiling = rng.random()
    if spoiling < 0.08:
        level = (page.min() + page.max()) * rng.uniform(0.45, 0.6)
        return np.where(page > level, 255, 0).astype(np.float32)
    if spoiling < 0.45:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 95))]
        packed = cv2.imencode(".jpg", np.clip(page, 0, 255).astype(np.uint8), quality)[1]
        return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.float32)
    return page


def _flattened(
    pictures: Sequence[Picture], scale: float, rng: np.random.Generator
) -> tuple[Picture, Picture]:
    """Page and print at the flat page's scale, with what turn and shear flattening leaves."""
    height, width = pictures[0].shape
    turn, shear = np.deg2rad(rng.normal(0, 1.2)), rng.normal(0, 0.02)
    linear = scale * np.array([[np.cos(turn), -np.sin(turn) + shear], [np.sin(turn), np.cos(turn)]])
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    shift = np.array(size) / 2 - linear @ (np.array([width, height]) / 2)
    matrix = np.column_stack([linear, shift])
    page, seen = (
        np.asarray(cv2.warpAffine(one, matrix, size, flags=cv2.INTER_LINEAR, borderMode=edge), np.float32)
        for one, edge in zip(pictures, (cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT), strict=True)
    )
    return page, seen


def _as_inferred(seen: Picture, px_per_mm: float, rng: np.random.Generator) -> Picture:
    """The print as a page network would see it: soft, too thick or thin, patchy."""
    if rng.random() < 0.7:
        seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), float(rng.uniform(0.4, 1.6))), np.float32)
    if rng.random() < 0.4:
        thicker = rng.random() < 0.6
        seen = np.asarray(cv2.dilate(seen, np.ones((3, 3))), np.float32) if thicker else seen**1.5
    if rng.random() < 0.35:
        seen = seen * _patches(seen.shape, px_per_mm, rng)
    probability = seen * float(rng.uniform(0.55, 1.0))
    return np.clip(probability + rng.normal(0, 0.02, seen.shape), 0, 1).astype(np.float32)


def _patches(shape: tuple[int, int], px_per_mm: float, rng: np.random.Generator) -> Picture:
    """What is left where a network misses print, in patches of a millimetre."""
    coarse = tuple(max(1, round(side / px_per_mm)) for side in shape)
    kept = (rng.uniform(0, 1, coarse) > rng.uniform(0.03, 0.3)).astype(np.float32)
    return np.clip(np.asarray(cv2.resize(kept, shape[::-1]), np.float32), 0.05, 1)


def _sloppy_box(seen: Picture, probability: Picture, rng: np.random.Generator) -> Box:
    """The box around what would be found of the print, at times too wide or cutting it.

    Where less than most of it would be found, the box is drawn around the print itself: half a name is no example.
    """
    found = _extent(probability, THRESHOLD)
    whole = _extent(seen, THRESHOLD * float(seen.max()))
    if found[2] - found[0] < 0.8 * (whole[2] - whole[0]):
        found = whole
    height = found[3] - found[1] + 1
    error = rng.normal(0, 0.04 * height, 4) if rng.random() < 0.5 else np.zeros(4)
    if rng.random() < 0.1:
        error += rng.choice([-1, -1, 1, 1], 4) * rng.exponential(0.15 * height, 4)
    limit = np.array(seen.shape[::-1] * 2) - 1.0
    x0, y0, x1, y1 = np.clip(np.array(found) + error, 0, limit)
    return Box(float(x0), float(y0), float(max(x1, x0)), float(max(y1, y0)))


def _extent(mask: Picture, threshold: float) -> tuple[int, int, int, int]:
    """The box x0, y0, x1, y1 around what reaches the threshold; all of the picture if nothing does."""
    x, y, width, height = cv2.boundingRect((mask >= threshold).astype(np.uint8))
    return (x, y, x + width - 1, y + height - 1) if width else (0, 0, mask.shape[1] - 1, mask.shape[0] - 1)
