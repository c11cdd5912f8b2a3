"""Pieces of the flat page as the reading network sees them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.text_net import CROP_HEIGHT_PX
from ecg_core.digitization.types import Box

_MARGIN = 0.2  # of the height of the print, on every side
_MIN_HEIGHT_MM = 1.2  # lower print, a dash say, is shown in a crop of this height
_MIN_WIDTH_PX, _MAX_WIDTH_PX = 16, 640
_MIN_CONTRAST = 20.0  # grey levels; what is fainter isn't stretched further

Crop = NDArray[np.float32]  # (2, 32, width): darkness and text probability, 0 to 1


def cut(grey: NDArray[np.uint8], text: NDArray[np.float32], box: Box, px_per_mm: float) -> Crop:
    """The print in `box`, 32 pixels high with its margin; a line too long for the network is squeezed.

    `grey` and `text` are `(height, width)`. Darkness runs from 0 on paper to about 0.7 on the print itself.
    """
    height = max(box.y1_px - box.y0_px + 1, _MIN_HEIGHT_MM * px_per_mm)
    margin, middle = _MARGIN * height, (box.y0_px + box.y1_px) / 2
    y0, y1 = middle - height / 2 - margin, middle + height / 2 + margin
    x0, x1 = box.x0_px - margin, box.x1_px + margin
    rows, columns = _within(y0, y1, grey.shape[0]), _within(x0, x1, grey.shape[1])
    probability = text[rows, columns]
    darkness = _darkness(grey[rows, columns], probability)
    scale = CROP_HEIGHT_PX / (rows.stop - rows.start)
    width = int(np.clip(round((columns.stop - columns.start) * scale), _MIN_WIDTH_PX, _MAX_WIDTH_PX))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    size = (width, CROP_HEIGHT_PX)
    return np.stack([cv2.resize(channel, size, interpolation=method) for channel in (darkness, probability)])


def _within(start: float, stop: float, size: int) -> slice:
    return slice(max(0, int(np.floor(start))), min(size, int(np.ceil(stop)) + 1))


def _darkness(grey: NDArray[np.uint8], probability: NDArray[np.float32]) -> NDArray[np.float32]:
    """Darkness against the paper, measured by how dark the print is there."""
    paper = float(np.percentile(grey, 80))
    weight = float(probability.sum())
    ink = float((grey * probability).sum()) / weight if weight > 0 else float(grey.min())
    contrast = max(paper - ink, _MIN_CONTRAST)
    return np.clip((paper - grey.astype(np.float32)) / (1.4 * contrast), 0, 1)


def stack(crops: list[Crop]) -> tuple[Crop, NDArray[np.int64]]:
    """Crops side by side, `(n, 2, 32, widest)`, padded with paper on the right, and how wide each is."""
    widths = np.array([crop.shape[-1] for crop in crops])
    stacked = np.zeros((len(crops), 2, CROP_HEIGHT_PX, int(widths.max())), np.float32)
    for row, crop in zip(stacked, crops, strict=True):
        row[..., : crop.shape[-1]] = crop
    return stacked, widths
