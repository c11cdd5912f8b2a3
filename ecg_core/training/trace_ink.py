"""How the network that finds the trace on a page is trained: on pages rendered from real ECGs, without end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from ecg_core.datasets.base_ecg import Split, read_ptbxl
from ecg_core.digitization.ink_net import CLASSES, InkNet
from ecg_core.inference.checkpoint import half_precision
from ecg_core.network_files import store
from ecg_core.record import ECGRecord
from ecg_core.rendering import RenderedPage, random_style, render_page
from ecg_core.rendering.fonts import latin_fonts, script_fonts
from ecg_core.rendering.page import TRACE
from ecg_core.training.batches import Batch
from ecg_core.training.loop import Epoch, Stage, run_stage

CROP_PX = 320
_CROPS_PER_PAGE = 16
_POOL_CROPS = 128  # crops of some 8 pages are mixed, so that no batch is all of one page
_STEP_PX = 16
_AROUND_LETTERS, _AROUND_PRINT = 0.35, 0.45  # shares of the crops; the rest lie anywhere
_BATCH = 16
_CLASS_WEIGHTS = (1.0, 2.0, 12.0, 8.0)
_PAGES_PER_EPOCH, _PAGES_OF_CHECK, _PAGES_OF_TEST = 64, 16, 60
_FLAT_PX_PER_MM = (5.0, 8.0)  # what pages are flattened to (ecg_core.digitization.flatten)


@dataclass(frozen=True)
class Fonts:
    """The typefaces of the training pages: of print and of handwriting."""

    print: tuple[Path, ...]
    script: tuple[Path, ...]


@dataclass(frozen=True, eq=False)
class RenderedCrops(Dataset[tuple[NDArray[np.uint8], NDArray[np.uint8]]]):
    """Item i: the crops of one page drawn from a record with its own random style, `(crops, px, px, 3)` and `(crops, px, px)`."""

    records: Sequence[ECGRecord]
    fonts: Fonts
    seed: tuple[int, ...]
    pages: int

    def __len__(self) -> int:
        return self.pages

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        rng = np.random.default_rng([*self.seed, index])
        record = self.records[int(rng.integers(len(self.records)))]
        rgb, classes = flat_view(
            render_page(record, random_style(rng, self.fonts.print, self.fonts.script), rng), rng
        )
        corners = [_crop_corner(classes, rng) for _ in range(_CROPS_PER_PAGE)]
        cut = [np.s_[y : y + CROP_PX, x : x + CROP_PX] for y, x in corners]
        return np.stack([rgb[place] for place in cut]), np.stack([classes[place] for place in cut])


class PageBatches:
    """Crops of `pages` newly rendered pages an epoch; with `fixed` the same ones every time, for validation."""

    def __init__(
        self, records: Sequence[ECGRecord], fonts: Fonts, seed: int, pages: int, fixed: bool = False
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


def ink_loss(model: nn.Module, pixels: Tensor, classes: Tensor) -> Tensor:
    """Weighted cross-entropy, plus half of one minus the mean overlap of the classes of print (soft Dice: Milletari et al. 2016).

    Trace is 2 % of the pixels, text 0.1 % and pulses less: unweighted they would be learned last or never.
    """
    log_probabilities = model(pixels).float().log_softmax(1)
    found = log_probabilities[:, 1:].exp()
    truth = nn.functional.one_hot(classes, len(CLASSES)).movedim(-1, 1)[:, 1:].float()
    common, both = ((found * truth).sum((0, 2, 3)), (found + truth).sum((0, 2, 3)))
    overlap = (2 * common + 1) / (both + 1)
    surprise = nn.functional.nll_loss(log_probabilities, classes, torch.tensor(_CLASS_WEIGHTS))
    return surprise + 0.5 * (1 - overlap.mean())


# Annealed twice (warm restart, Loshchilov & Hutter 2017): what the first descent left out is mostly learned in the second.
_STAGES = tuple(
    Stage(name, ink_loss, rate, _BATCH, epochs, patience=epochs, anneal=True, clip_norm=5.0)
    for name, rate, epochs in (("trace-ink", 2e-3, 60), ("trace-ink-again", 1.5e-3, 24))
)


def train_trace_ink(
    base_root: Path, fonts: Path, out: Path, runs: Path, seed: int, report: Callable[[str], None]
) -> None:
    """Train on pages printed from the PTB-XL folder `base_root` in the fonts below `fonts`, and write the checkpoint `out`.

    Goes on where an earlier training in `runs` stopped. Patients of the training pages are in no other part.
    """
    records: dict[Split, list[ECGRecord]] = {"train": [], "validation": [], "calibration": [], "test": []}
    for base in read_ptbxl(base_root):
        records[base.split].append(base.record)
    faces = Fonts(latin_fonts(fonts), script_fonts(fonts))
    torch.manual_seed(seed)
    model = InkNet().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    validation = PageBatches(records["validation"], faces, seed + 2, pages=_PAGES_OF_CHECK, fixed=True)
    history: list[Epoch] = []
    for k, stage in enumerate(_STAGES):
        training = PageBatches(records["train"], faces, seed + 1 + 10 * k, pages=_PAGES_PER_EPOCH)
        history += run_stage(
            stage,
            model,
            training,
            validation,
            runs / "trace-ink",
            lambda epoch: report(
                f"{epoch.stage} {epoch.epoch}: loss {epoch.train_loss:.4f}, unseen {epoch.val_loss:.4f}"
            ),
        )
    half_precision(model)
    test = PageBatches(records["test"], faces, seed + 3, pages=_PAGES_OF_TEST, fixed=True)
    store(model, out, _card(model, history, records, len(faces.print), seed, pixel_scores(model, test)))


def pixel_scores(model: nn.Module, pages: PageBatches) -> dict[str, float]:
    """F1 per class over the crops of all pages, a pixel being of its most probable class."""
    counts = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    model.eval()
    with torch.inference_mode():
        for pixels, classes in pages.batches(_BATCH, epoch=0):
            joint = classes * len(CLASSES) + model(pixels).argmax(1)
            counts += np.bincount(joint.flatten().numpy(), minlength=counts.size).reshape(counts.shape)
    f1 = 2 * counts.diagonal() / (counts.sum(0) + counts.sum(1))
    return {name: round(float(value), 4) for name, value in zip(CLASSES, f1, strict=True)}


def _card(
    model: nn.Module,
    history: list[Epoch],
    records: dict[Split, list[ECGRecord]],
    n_fonts: int,
    seed: int,
    f1: dict[str, float],
) -> dict[str, object]:
    return {
        "name": "trace_ink",
        "title": "Trace finder",
        "summary": "Tells trace, calibration pulse and text from everything else, pixel by pixel, on a flat page.",
        "source": "U-Net (Ronneberger et al. 2015) at half resolution with pixel shuffle (Shi et al. 2016)",
        "n_parameters": sum(parameter.numel() for parameter in model.parameters()),
        "trained_on": {
            "description": "Pages rendered by this package (ecg_core.rendering) from real ECGs of PTB-XL fold 10, waveforms only",
            "n_records": len(records["train"]),
            "n_pages": _PAGES_PER_EPOCH * len(history),
            "n_fonts": n_fonts,
            "split": "By patient, along PTB-XL's folds: training 10, validation 1-3, test 7-9",
            "recipe": "Adam with cosine decay from 2e-3, again from 1.5e-3, batches of 16 crops of 320 x 320 px, weighted cross-entropy and half of the mean soft Dice of trace, pulse and text",
            "seed": seed,
            "epochs": len(history),
            "seconds": round(sum(epoch.seconds for epoch in history)),
        },
        "results": {
            "description": f"Pixel F1 on crops of {_PAGES_OF_TEST} rendered pages of unseen patients",
            "f1": f1,
        },
        "limits": [
            "It has learned from rendered pages, not from real scans and photographs.",
            "A pen line that looks like a trace may be taken for one.",
        ],
        "licence": "same as the project",
    }


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
