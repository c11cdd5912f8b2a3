"""Changes of training signals that say nothing of potassium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ecg_core.training.batches import Batch, BatchSource

GAIN_SPREAD = 0.15  # SD of ln
NOISE_SHARE = 0.03  # greatest SD, of the signal's own
SHIFT_SAMPLES = 10
LEAD_OFF_SHARE = 0.1


@dataclass(frozen=True)
class Augmented:
    """Batches of `source` whose signals `(batch, leads, samples)` are changed by `augmented`, other ones every epoch."""

    source: BatchSource
    seed: int

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """One epoch."""
        rng = np.random.default_rng([self.seed, epoch, 1])
        for signal, k_meq_l in self.source.batches(batch_size, epoch):
            yield augmented(signal, rng), k_meq_l


def augmented(signal: Tensor, rng: np.random.Generator) -> Tensor:
    """Another gain and moment of each ECG, noise, and of several leads now and then one blank."""
    batch, leads, samples = signal.shape
    gain = np.exp(GAIN_SPREAD * rng.standard_normal((batch, 1, 1)))
    noise_sd = rng.uniform(0, NOISE_SHARE, (batch, 1, 1)) * signal.std(dim=2, keepdim=True).numpy()
    noise = noise_sd * rng.standard_normal(signal.shape)
    changed = signal * torch.from_numpy(gain.astype(np.float32)) + torch.from_numpy(noise.astype(np.float32))
    shifts = rng.integers(-SHIFT_SAMPLES, SHIFT_SAMPLES + 1, batch)
    source = (np.arange(samples) - shifts[:, None]).clip(0, samples - 1)
    changed = changed.gather(2, torch.from_numpy(source)[:, None].expand(-1, leads, -1))
    if leads > 1:
        off = rng.random((batch, leads)) < LEAD_OFF_SHARE
        off[np.arange(batch), rng.integers(leads, size=batch)] = False  # one stays
        changed[torch.from_numpy(off)] = 0.0
    return changed
