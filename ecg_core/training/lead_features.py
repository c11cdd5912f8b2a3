"""What is learned of a set of leads in one round of their elimination."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ecg_core.datasets.twelve_lead import PreparedTwelveLead
from ecg_core.models.twelve_lead.lead_networks import LeadNetworks
from ecg_core.models.twelve_lead.masking import without_absent
from ecg_core.training.twelve_lead_batches import Alterations, TwelveLeadExamples
from ecg_core.training.twelve_lead_loop import Schedule, fit
from ecg_core.twelve_lead.checkpoint import N_OUTPUTS

N_RHYTHM_FACTS = 6  # the first of the measured facts: rate and regularity, which any one lead gives
_BATCH = 256
# No record loses leads at random: which leads there are is what the round is about.
_SCHEDULE = Schedule(
    epochs=16,
    learning_rate=1e-2,
    weight_decay=0.01,
    alterations=Alterations(lead_drop_share=0.0, fact_drop_share=0.0),
)

Floats = NDArray[np.float64]


def train_lead_networks(
    prepared: PreparedTwelveLead,
    rhythm: Floats,
    learns: NDArray[np.bool_],
    state: Path,
    seed: int,
    report: Callable[[str], None],
) -> LeadNetworks:
    """A network for each lead that is there and their linear combination, trained together on the median beats, from fresh weights.

    `rhythm` is `(n, 18)`; only ECGs of `learns` `(n,)` are learned from. A number of epochs that is the same for every
    set of leads leaves no early stopping to carry over. Goes on where an earlier training stopped whose state is in
    the file `state`.
    """
    examples = TwelveLeadExamples.of(prepared, measured=True, device=torch.device("cpu"))
    examples = replace(examples, facts=torch.from_numpy(rhythm.astype(np.float32)))
    torch.manual_seed(seed)
    model = LeadNetworks(N_OUTPUTS, rhythm.shape[1])
    fit(model, examples, np.flatnonzero(learns), _SCHEDULE, ("findings", "age"), state, seed, report)
    return model


@torch.inference_mode()
def lead_features(model: LeadNetworks, prepared: PreparedTwelveLead) -> Floats:
    """`(n, 12, 16)` of the median beats; zero for leads that an ECG lacks."""
    pieces = []
    for start in range(0, len(prepared), _BATCH):
        rows = slice(start, start + _BATCH)
        beat = torch.from_numpy(prepared.beat[rows].astype(np.float32) / 1000)
        beat, there = without_absent(beat, torch.from_numpy(prepared.mask[rows]))
        pieces.append((model.of_leads.features(beat) * there[:, :, None]).double().numpy())
    return np.concatenate(pieces)


def rhythm_features(facts: NDArray[np.float32], learns: NDArray[np.bool_]) -> Floats:
    """`(n, 18)` from the facts `(n, 16)`: rate and regularity, and how far they are above and below the usual; unknown ones as usual.

    What is usual is taken from the ECGs that are learned from.
    """
    rhythm = facts[:, :N_RHYTHM_FACTS].astype(np.float64)
    usual, spread = np.nanmedian(rhythm[learns], axis=0), np.nanstd(rhythm[learns], axis=0)
    scaled = np.nan_to_num(((rhythm - usual) / np.maximum(spread, 1e-9)).clip(-4, 4))
    return np.concatenate([scaled, np.maximum(scaled - 0.5, 0), np.maximum(-0.5 - scaled, 0)], axis=1)
