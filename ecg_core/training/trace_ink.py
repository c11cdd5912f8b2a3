"""How the network that finds the trace on a page is trained: on pages rendered from real ECGs, without end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ecg_core.datasets.base_ecg import ListedECG, Split, list_ptbxl
from ecg_core.digitization.ink_net import CLASSES, InkNet
from ecg_core.inference.checkpoint import half_precision
from ecg_core.network_files import store
from ecg_core.rendering.fonts import latin_fonts, script_fonts
from ecg_core.training.loop import Epoch, Stage, run_stage
from ecg_core.training.page_crops import Fonts, PageBatches

_BATCH = 16
_CLASS_WEIGHTS = (1.0, 2.0, 12.0, 8.0)
_PAGES_PER_EPOCH, _PAGES_OF_CHECK, _PAGES_OF_TEST = 64, 16, 60


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
    records: dict[Split, list[ListedECG]] = {"train": [], "validation": [], "calibration": [], "test": []}
    for ecg in list_ptbxl(base_root):
        records[ecg.split].append(ecg)
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
    records: dict[Split, list[ListedECG]],
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
