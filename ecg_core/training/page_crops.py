"""Pages rendered from real ECGs without end, as crops for the network that finds the trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ecg_core.datasets.base_ecg import ListedECG, opened
from ecg_core.errors import ECGError
from ecg_core.record import ECGRecord
from ecg_core.rendering import RenderedPage, random_style, render_page
from ecg_core.rendering.page import TRACE
from ecg_core.training.batches import Batch

CROP_PX = 320
_CROPS_PER_PAGE = 16
_POOL_CROPS = 128  # crops of some 8 pages are mixed, so that no batch is all of one page
_STEP_PX = 16
_AROUND_LETTERS, _AROUND_PRINT = 0.35, 0.45  # shares of the crops; the rest lie anywhere
_FLAT_PX_PER_MM = (5.0, 8.0)  # what pages are flattened to (ecg_core.digitization.flatten)


@dataclass(frozen=True)
class Fonts:
    """The typefaces of the training pages: of print and of handwriting."""

    print: tuple[Path, ...]
    script: tuple[Path, ...]


@dataclass(frozen=True, eq=False)
class RenderedCrops(Dataset[tuple[NDArray[np.uint8], NDArray[np.uint8]]]):
    """Item i: the crops of one page drawn from a record with its own random style, `(crops, px, px, 3)` and `(crops, px, px)`."""

    records: Sequence[ListedECG]
    fonts: Fonts
    seed: tuple[int, ...]
    pages: int

    def __len__(self) -> int:
        return self.pages

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        rng = np.random.default_rng([*self.seed, index])
        record = self._record(int(rng.integers(len(self.records))))
        rgb, classes = flat_view(
            render_page(record, random_style(rng, self.fonts.print, self.fonts.script), rng), rng
        )
        corners = [_crop_corner(classes, rng) for _ in range(_CROPS_PER_PAGE)]
        cut = [np.s_[y : y + CROP_PX, x : x + CROP_PX] for y, x in corners]
        return np.stack([rgb[place] for place in cut]), np.stack([classes[place] for place in cut])

    def _record(self, number: int) -> ECGRecord:
        """This one, or the next that can be read; a whole data set would not fit into memory."""
        for base in opened([*self.records[number:], *self.records[:number]]):
            return base.record
        raise ECGError("None of the base ECGs can be read.")


class PageBatches:
    """Crops of `pages` newly rendered pages an epoch; with `fixed` the same ones every time, for validation."""

    def __init__(
        self, records: Sequence[ListedECG], fonts: Fonts, seed: int, pages: int, fixed: bool = False
    ) -> None:
        self.records, self.fonts, self.seed, self.pages, self.fixed = records, fonts, seed, pages, fixed

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """Pixels `(n, 3, px, px)` in 0 to 1 and class numbers `(n, px, px)`."""
        seed = (self.seed, 0 if self.fixed else epoch)
        rng = np.random.default_rng(seed)
        pages = RenderedCrops(self.records, self.fonts, seed, self.pages)
        # Rendering takes as long as learning: it has a process of its own.
        loader = DataLoader(pages, batch_size=None, num_workers=1, prefetch_factor=4)
        pool: list[tuple[Tensor, Tensor]] = []
        for rgb, classes in loader:
            pool.extend(zip(torch.as_tensor(rgb), torch.as_tensor(classes), strict=True))
            while len(pool) >= _POOL_CROPS:
                yield _draw(pool, batch_size, rng)
        while len(pool) >= batch_size:
            yield _draw(pool, batch_size, rng)


def flat_view(page: RenderedPage, rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A rendered page as flattening hands it on, with the small errors of scale, turn and place that flattening makes.

    Returns pixels `(height, width, 3)` and class numbers `(height, width)`. One page in ten is left upside down and
    one in ten, like a page without a grid, gets a scale that is far off.
    """
    native = float(np.mean(page.px_per_mm))
    usual = float(np.clip(native, *_FLAT_PX_PER_MM))
    zoom = usual * (rng.uniform(0.7, 1.4) if rng.random() < 0.1 else rng.normal(1, 0.02)) / native
    # Averaged before it shrinks, as flattening does.
    rgb = cv2.GaussianBlur(page.rgb, (0, 0), 0.4 / zoom) if zoom < 1 else page.rgb
    zoom *= native / page.print.px_per_mm
    width, height = (max(round(length * zoom), CROP_PX) for length in page.print.size)
    turn = rng.normal(0, 0.003)
    y, x = np.mgrid[0 : height + _STEP_PX : _STEP_PX, 0 : width + _STEP_PX : _STEP_PX].astype(np.float64)
    if rng.random() < 0.1:
        y, x = height - 1 - y, width - 1 - x
    printed = np.stack([x + turn * y, y - turn * x], -1).reshape(-1, 2) / zoom
    places = page.warp.to_image(printed).reshape(*x.shape, 2).astype(np.float32)
    # The field is smooth: between every 16th point it may be taken as even.
    enlarge = np.array([[_STEP_PX, 0.0, 0.0], [0.0, _STEP_PX, 0.0]])
    image_x, image_y = cv2.split(cv2.warpAffine(places, enlarge, (width, height), flags=cv2.INTER_LINEAR))
    flat_rgb = cv2.remap(rgb, image_x, image_y, cv2.INTER_CUBIC, borderValue=(255, 255, 255))
    classes = cv2.remap(page.classes, image_x, image_y, cv2.INTER_NEAREST)
    return np.asarray(flat_rgb, np.uint8), np.asarray(classes, np.uint8)


def _crop_corner(classes: NDArray[np.uint8], rng: np.random.Generator) -> tuple[int, int]:
    """Upper left corner of a crop: mostly around print, often around its letters and pulses, now and then anywhere."""
    height, width = classes.shape
    middle = rng.integers([height, width])
    kind = rng.random()
    if kind < _AROUND_LETTERS + _AROUND_PRINT:
        coarse = classes[::4, ::4]
        rows, columns = np.nonzero(coarse > TRACE if kind < _AROUND_LETTERS else coarse)
        if len(rows):
            chosen = rng.integers(len(rows))
            middle = np.array([rows[chosen], columns[chosen]]) * 4 + rng.integers(
                -CROP_PX // 3, CROP_PX // 3, 2
            )
    top, left = np.clip(middle - CROP_PX // 2, 0, [height - CROP_PX, width - CROP_PX])
    return int(top), int(left)


def _draw(pool: list[tuple[Tensor, Tensor]], batch_size: int, rng: np.random.Generator) -> Batch:
    """Take a batch at random out of the pool."""
    chosen = []
    for _ in range(batch_size):
        place = int(rng.integers(len(pool)))
        pool[place], pool[-1] = pool[-1], pool[place]
        chosen.append(pool.pop())
    pixels = torch.stack([rgb for rgb, _ in chosen]).permute(0, 3, 1, 2).float() / 255
    return pixels, torch.stack([classes for _, classes in chosen]).long()
