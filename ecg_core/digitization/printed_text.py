"""Reading the print on a flat page: the names of leads, and the short texts that give speed and gain.

Every piece of print gets a box, so that it can be masked; only what these two need is read with care.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import itemgetter
from typing import TypeVar

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from ecg_core.digitization.scale_text import printed_gains_mm_mv, printed_speeds_mm_s
from ecg_core.digitization.text_boxes import find_text_boxes
from ecg_core.digitization.text_crops import Crop, cut, stack
from ecg_core.digitization.text_net import INVERTED, LEAD_NAMES, decode, text_net
from ecg_core.digitization.types import Box, FlatPage, InkMap, PrintedText

Pixel = TypeVar("Pixel", bound=np.generic)

_READ_HEIGHT_MM = (1.0, 9.0)  # lower or higher print is neither a lead's name nor a scale
_MAX_READ = 160  # pieces of print on a page; on a page of prose the rest is not read
_BATCH = 32
# How much more often a name stands on pages than among the crops the network learned from, where all twelve are alike
# and bars that look like I abound.
_FREQUENCY = {"I": 3.0, "V7": 0.15, "V8": 0.15, "V9": 0.15, "V3R": 0.15, "V4R": 0.15}
_LOG_PRIOR = torch.tensor([math.log(_FREQUENCY.get(name, 1.0)) for name in (*LEAD_NAMES, "not a name")])
_SAME_TURNED = frozenset({"I", "II", "III"})  # these read the same upside down
_CLEARLY_LEGIBLE = 3.0  # names and scales read: enough to be sure which way is up
_MUCH_BETTER = 1.0  # so many more than as the page lies must be read another way to turn it


def read_text(flat: FlatPage, ink: InkMap) -> tuple[PrintedText, ...]:
    """Every piece of print on the page with its box; `text` is empty where it was not read.

    An inverted lead (Cabrera's -aVR) scores as its lead; the minus stands in `text`. Raises CheckpointError when the
    reading network's weights are missing or damaged.
    """
    return _read(_grey(flat), ink.text, flat.px_per_mm)


def reading_direction(flat: FlatPage, ink: InkMap, texts: Sequence[PrintedText] | None = None) -> int:
    """How many clockwise quarter turns make the page upright, by which way its print can be read; 0 if undecided.

    `texts` is what was read on the page as it lies, if that was done. Other ways are only tried where it says little.
    """
    as_it_lies = _legible(read_text(flat, ink) if texts is None else texts)
    if as_it_lies >= _CLEARLY_LEGIBLE:
        return 0
    grey = _grey(flat)
    turned = {
        turns: _legible(_read(_turned(grey, turns), _turned(ink.text, turns), flat.px_per_mm))
        for turns in (1, 2, 3)
    }
    best = max(turned, key=lambda turns: turned[turns])
    return best if turned[best] >= as_it_lies + _MUCH_BETTER else 0


def _grey(flat: FlatPage) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(flat.rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def _turned(image: NDArray[Pixel], turns: int) -> NDArray[Pixel]:
    return np.ascontiguousarray(np.rot90(image, -turns))


def _legible(texts: Sequence[PrintedText]) -> float:
    """How many names and scales were read that cannot be read upside down."""
    names = (max(text.lead_scores.items(), key=itemgetter(1)) for text in texts if text.lead_scores)
    legible = sum(score for name, score in names if score >= 0.5 and name not in _SAME_TURNED)
    return legible + len(printed_speeds_mm_s(texts)) + len(printed_gains_mm_mv(texts))


def _read(grey: NDArray[np.uint8], text: NDArray[np.float32], px_per_mm: float) -> tuple[PrintedText, ...]:
    boxes = find_text_boxes(text, px_per_mm)
    legible = [k for k, box in enumerate(boxes) if _could_matter(box, px_per_mm)]
    chosen = sorted(legible, key=lambda k: boxes[k].x1_px - boxes[k].x0_px)[:_MAX_READ]
    texts = [PrintedText(box, "", 0.0) for box in boxes]
    crops = [cut(grey, text, boxes[k], px_per_mm) for k in chosen]
    for k, (line, confidence, scores) in zip(chosen, _recognise(crops), strict=True):
        texts[k] = PrintedText(boxes[k], line, confidence, scores)
    return tuple(texts)


def _could_matter(box: Box, px_per_mm: float) -> bool:
    least, most = (limit * px_per_mm for limit in _READ_HEIGHT_MM)
    return least <= box.y1_px - box.y0_px + 1 <= most


@torch.inference_mode()
def _recognise(crops: Sequence[Crop]) -> list[tuple[str, float, dict[str, float]]]:
    """Text, confidence and lead scores of each crop, read in batches of like width."""
    readings: dict[int, tuple[str, float, dict[str, float]]] = {}
    order = sorted(range(len(crops)), key=lambda k: crops[k].shape[-1])
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        stacked, widths = (torch.from_numpy(array) for array in stack([crops[k] for k in batch]))
        leads, characters = text_net()(stacked, widths)
        scores = (leads + _LOG_PRIOR).softmax(dim=1).tolist()
        for k, (text, confidence), row in zip(batch, decode(characters, widths), scores, strict=True):
            readings[k] = _named(text, confidence, row)
    return [readings[k] for k in range(len(crops))]


def _named(text: str, confidence: float, scores: Sequence[float]) -> tuple[str, float, dict[str, float]]:
    """One piece of print with the scores of its leads, an inverted lead's added to its lead's."""
    by_name = dict(zip(LEAD_NAMES, scores, strict=False))  # the class "not a name" comes last and has no name
    inverted = by_name.pop(INVERTED)
    if inverted > max(by_name.values()) and not text.startswith("-"):
        text = f"-{text}"
    by_name[INVERTED[1:]] += inverted
    return text, confidence, by_name
