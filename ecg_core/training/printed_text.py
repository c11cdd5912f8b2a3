"""How the network that reads print is trained: on made-up crops in many fonts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from ecg_core.digitization.text_crops import stack
from ecg_core.digitization.text_net import CHARACTERS, NOT_A_NAME, TextNet, decode, frames_of
from ecg_core.inference.checkpoint import half_precision
from ecg_core.network_files import store
from ecg_core.rendering.fonts import latin_fonts, script_fonts
from ecg_core.training.batches import Batch
from ecg_core.training.loop import Epoch, Stage, run_stage
from ecg_core.training.text_pictures import Example, example

Packed = tuple[NDArray[np.uint8], NDArray[np.int64]]  # crops as bytes, targets

_CHUNK = 1024  # examples drawn at once and sorted by width, so that batches are little padded
_CHUNKS = 16  # an epoch
_DIFFERENT_EPOCHS = 5  # then the crops come again; drawing them costs more than learning from them
_LONGEST = 80  # characters
_UNKNOWN = -1  # length of a text whose characters can't be asked for
_HELD_OUT = 6  # every sixth family of fonts is kept for validation
_CHARACTER_WEIGHT = 0.5


@dataclass(frozen=True, eq=False)
class _Chunks(Dataset[list[Packed]]):
    """Item i: `chunk` examples, always the same, as batches of crops `(n, 2, 32, width)` and targets."""

    fonts: Sequence[Path | None]
    seed: tuple[int, ...]
    chunks: int
    chunk: int
    batch_size: int

    def __len__(self) -> int:
        return self.chunks

    def __getitem__(self, index: int) -> list[Packed]:
        rng = np.random.default_rng([*self.seed, index])
        drawn = sorted(
            (example(self.fonts, rng) for _ in range(self.chunk)), key=lambda one: one.crop.shape[-1]
        )
        starts = rng.permutation(np.arange(0, self.chunk, self.batch_size))
        return [packed(drawn[start : start + self.batch_size]) for start in starts]


def packed(examples: Sequence[Example]) -> Packed:
    """Crops as bytes; targets `(n, 3 + longest)`: width in pixels, lead, length of the text, its characters."""
    crops, widths = stack([one.crop for one in examples])
    targets = np.zeros((len(examples), 3 + _LONGEST), np.int64)
    for row, one, width in zip(targets, examples, widths, strict=True):
        text = _UNKNOWN if one.text is None or len(one.text) > _LONGEST else len(one.text)
        row[:3] = width, one.lead, text
        if text > 0:
            row[3 : 3 + text] = [1 + CHARACTERS.index(character) for character in one.text or ""]
    return np.round(255 * crops).astype(np.uint8), targets


class PrintBatches:
    """`chunks` times `chunk` made-up crops an epoch, in `different` epochs different ones; they are kept in memory."""

    def __init__(
        self, fonts: Sequence[Path | None], seed: int, chunks: int, different: int = 1, chunk: int = _CHUNK
    ) -> None:
        self.fonts, self.seed, self.chunks, self.different, self.chunk = fonts, seed, chunks, different, chunk
        self._kept: dict[tuple[int, int], list[Batch]] = {}

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """Crops in 0 to 1 and targets as `packed` lays them out."""
        drawing = (epoch % self.different, batch_size)
        if drawing in self._kept:
            again = self._kept[drawing]
            order = np.random.default_rng([self.seed, epoch]).permutation(len(again))
            batches: Iterator[Batch] = (again[place] for place in order)
        else:
            batches = self._draw(*drawing)
        for crops, targets in batches:
            yield crops.float() / 255, targets

    def _draw(self, epoch: int, batch_size: int) -> Iterator[Batch]:
        chunks = _Chunks(self.fonts, (self.seed, epoch), self.chunks, self.chunk, batch_size)
        # Drawing takes longer than learning: it has processes of its own.
        loader = DataLoader(chunks, batch_size=None, num_workers=2, prefetch_factor=2)
        drawn: list[Batch] = []
        for crops, targets in chain.from_iterable(loader):
            drawn.append((crops.clone(), targets.clone()))  # out of the memory shared with that process
            yield drawn[-1]
        self._kept[epoch, batch_size] = drawn


def reading_loss(model: nn.Module, crops: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of the lead, and the connectionist loss of the characters where they are known."""
    widths, leads, lengths = targets[:, :3].T
    reading = model(crops, widths)
    named = functional.cross_entropy(reading.leads.float(), leads)
    frames = frames_of(widths)
    known = (lengths >= 0) & (frames >= 2 * lengths)
    if not known.any():
        return named
    spelled = functional.ctc_loss(
        reading.characters[known].float().log_softmax(-1).transpose(0, 1),
        targets[known, 3:],
        frames[known],
        lengths[known],
        zero_infinity=True,
    )
    return named + _CHARACTER_WEIGHT * spelled


def split_fonts(fonts: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Fonts to learn from and fonts to judge by; the styles of one family stay together."""
    families = sorted({_family(font) for font in fonts})
    held_out = set(families[::_HELD_OUT])
    return (
        [font for font in fonts if _family(font) not in held_out],
        [font for font in fonts if _family(font) in held_out],
    )


def _family(font: Path) -> str:
    return font.stem.split("-")[0]


def train_printed_text(
    fonts_folder: Path,
    folder: Path,
    out: Path,
    report: Callable[[Epoch], None],
    epochs: int = 10,
    seed: int = 0,
) -> dict[str, object]:
    """Train, or go on with a training that stopped in `folder`; writes weights and card to `out` and returns the card."""
    torch.manual_seed(seed)
    learning_fonts, judging_fonts = split_fonts([*latin_fonts(fonts_folder), *script_fonts(fonts_folder)])
    model = TextNet().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    stage = Stage(
        "printed-text",
        reading_loss,
        2e-3,
        batch_size=64,
        epochs=epochs,
        patience=epochs,
        anneal=True,
        clip_norm=5.0,
    )
    learning = PrintBatches(learning_fonts, seed + 1, _CHUNKS, _DIFFERENT_EPOCHS)
    checking = PrintBatches(judging_fonts, seed + 2, chunks=1)
    history = run_stage(stage, model, learning, checking, folder, report)
    half_precision(model)
    judged = judge(model, PrintBatches(judging_fonts, seed + 3, chunks=4))
    card = _card(model, history, len(learning_fonts), judged, seed)
    store(model, out, card)
    return card


@torch.inference_mode()
def judge(model: nn.Module, source: PrintBatches) -> dict[str, float]:
    """Shares of crops that are read rightly, and how far the given probability is off (expected calibration error)."""
    right, sure, names, spelled = [], [], [], []
    for crops, targets in source.batches(256, epoch=0):
        widths, leads, lengths = targets[:, :3].T
        reading = model(crops, widths)
        probability, best = reading.leads.softmax(1).max(1)
        right.append(best == leads)
        sure.append(probability)
        names.append(leads != NOT_A_NAME)
        for (text, _), row, length in zip(decode(reading.characters, widths), targets, lengths, strict=True):
            if length > 0:
                wanted = "".join(CHARACTERS[k - 1] for k in row[3 : 3 + length])
                spelled.append(text == wanted)
    correct, probability, name = torch.cat(right), torch.cat(sure), torch.cat(names)
    return {
        "crops": len(correct),
        "lead_names_right": float(correct[name].float().mean()),
        "other_print_left_alone": float(correct[~name].float().mean()),
        "calibration_error": _calibration_error(probability, correct),
        "texts_right_to_the_letter": float(np.mean(spelled)),
    }


def _calibration_error(probability: Tensor, correct: Tensor) -> float:
    """Mean difference between probability and share of right answers, over ten bands of probability."""
    band = (probability * 10).long().clamp(max=9)
    return float(
        sum(
            (correct[band == k].float() - probability[band == k]).sum().abs()
            for k in range(10)
            if (band == k).any()
        )
        / len(probability)
    )


def _card(
    model: nn.Module, history: Sequence[Epoch], n_fonts: int, judged: dict[str, float], seed: int
) -> dict[str, object]:
    return {
        "name": "printed_text",
        "title": "Reader of print on ECG pages",
        "summary": "Names of leads and the short texts that give speed and gain, one piece of print at a time.",
        "architecture": "ecg_core.digitization.text_net.TextNet",
        "n_parameters": sum(parameter.numel() for parameter in model.parameters()),
        "input": "(n, 2, 32, width): darkness of the print against the paper, and text probability, both 0 to 1",
        "trained_on": {
            "description": "Made-up crops in outline and plotter fonts over drawn grids and traces; no scanned page",
            "n_fonts": n_fonts,
            "n_crops": min(len(history), _DIFFERENT_EPOCHS) * _CHUNKS * _CHUNK,
            "recipe": "ecg_core.training.printed_text",
            "seed": seed,
            "epochs": len(history),
            "seconds": round(sum(epoch.seconds for epoch in history)),
        },
        "results": {"data": "made-up crops in families of fonts not learned from", **judged},
    }
