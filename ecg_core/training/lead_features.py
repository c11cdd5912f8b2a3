"""What is learned of each lead by itself, before any set of leads is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - its usual name
from numpy.typing import NDArray
from torch import Tensor, nn

from ecg_core.datasets.twelve_lead import PreparedTwelveLead
from ecg_core.models.twelve_lead.lead_networks import LeadNetworks
from ecg_core.training.finish import epoch_in_words
from ecg_core.training.loop import Stage, run_stage
from ecg_core.training.twelve_lead_batches import MEAN_AGE_YEARS, STD_AGE_YEARS
from ecg_core.twelve_lead.checkpoint import AGE_OUTPUT, N_OUTPUTS

N_RHYTHM_FACTS = 6  # the first of the measured facts: rate and regularity, which any one lead gives
_TENTH = 10  # of the records to learn from, the share that decides when to stop
_BATCH = 256

Floats = NDArray[np.float64]


def single_lead_loss(model: nn.Module, beat: Tensor, target: Tensor) -> Tensor:
    """Every lead's own error: cross-entropy of findings and superclasses, smooth L1 of the age; NaN is not known."""
    outputs = model(beat).float()
    known = ~target.isnan()
    truth = target.nan_to_num(nan=0.0)[:, None, :].expand_as(outputs)
    error = F.binary_cross_entropy_with_logits(outputs, truth.clamp(0, 1), reduction="none")
    of_age = F.smooth_l1_loss(outputs[..., AGE_OUTPUT], truth[..., AGE_OUTPUT], reduction="none")
    error = torch.cat([error[..., :AGE_OUTPUT], of_age[..., None], error[..., AGE_OUTPUT + 1 :]], dim=2)
    return (error * known[:, None, :]).sum() / known.sum() / error.shape[1]


class LabelledBeats:
    """All beats `(n, 12, 100)` with their targets `(n, outputs)`, shuffled by `seed` and epoch unless `shuffle` is False."""

    def __init__(
        self, beat: NDArray[np.float32], target: NDArray[np.float32], seed: int, shuffle: bool = True
    ) -> None:
        self.beat, self.target, self.seed, self.shuffle = beat, target, seed, shuffle

    def batches(self, batch_size: int, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """One pass over all beats; a last batch of a single one is left out, which batch statistics could not bear."""
        order = np.arange(len(self.beat))
        if self.shuffle:
            order = np.random.default_rng([self.seed, epoch]).permutation(order)
        for start in range(0, len(order) - 1, batch_size):
            rows = order[start : start + batch_size]
            yield torch.from_numpy(self.beat[rows]), torch.from_numpy(self.target[rows])


_STAGE = Stage(
    "leads", single_lead_loss, 1e-2, batch_size=64, epochs=16, patience=16, anneal=True, clip_norm=5.0
)


def train_lead_networks(
    prepared: PreparedTwelveLead, folder: Path, seed: int, report: Callable[[str], None]
) -> LeadNetworks:
    """Twelve networks, each trained on one lead's median beat; goes on where an earlier training in `folder` stopped."""
    beat = prepared.beat.astype(np.float32) / 1000
    age = (prepared.age_years - MEAN_AGE_YEARS) / STD_AGE_YEARS
    target = np.concatenate([prepared.findings, age[:, None], prepared.superclasses], axis=1)
    target = target.astype(np.float32)
    aside = np.arange(len(prepared)) % _TENTH == 0
    torch.manual_seed(seed)
    model = LeadNetworks(N_OUTPUTS)
    run_stage(
        _STAGE,
        model,
        LabelledBeats(beat[~aside], target[~aside], seed),
        LabelledBeats(beat[aside], target[aside], seed, shuffle=False),
        folder,
        lambda epoch: report(epoch_in_words(epoch)),
    )
    return model


@torch.inference_mode()
def lead_features(model: LeadNetworks, prepared: PreparedTwelveLead) -> Floats:
    """`(n, 12, 16)` of the median beats; zero for leads that an ECG lacks."""
    pieces = []
    for start in range(0, len(prepared), _BATCH):
        beat = torch.from_numpy(prepared.beat[start : start + _BATCH].astype(np.float32) / 1000)
        pieces.append(model.features(beat).double().numpy())
    return np.concatenate(pieces) * prepared.mask[:, :, None]


def rhythm_features(facts: NDArray[np.float32], learns: NDArray[np.bool_]) -> Floats:
    """`(n, 18)` from the facts `(n, 16)`: rate and regularity, and how far they are above and below the usual; unknown ones as usual.

    What is usual is taken from the ECGs that are learned from.
    """
    rhythm = facts[:, :N_RHYTHM_FACTS].astype(np.float64)
    usual, spread = np.nanmedian(rhythm[learns], axis=0), np.nanstd(rhythm[learns], axis=0)
    scaled = np.nan_to_num(((rhythm - usual) / np.maximum(spread, 1e-9)).clip(-4, 4))
    return np.concatenate([scaled, np.maximum(scaled - 0.5, 0), np.maximum(-0.5 - scaled, 0)], axis=1)
