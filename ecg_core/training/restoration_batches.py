"""Random pieces of real ECGs with random leads taken away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecg_core.evaluation.restoration import LEAD_SETS
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.twelve_lead.restore import measured_mask

CROP_SAMPLES = 640  # 5.12 s

_OF_LEAD_SETS = 0.6  # of the pieces have a set of leads that is judged; the others any leads
_LIMB_LEAD_STAYS = 0.85  # where any leads may go
_MASKS = np.stack([measured_mask(leads) for leads in LEAD_SETS])


class RestorationBatches:
    """A piece of 5.12 s of every ECG `(n, 8, samples)`, in millivolts, and which of its leads are shown.

    `fixed` gives the same pieces and leads in every epoch (for validation).
    """

    def __init__(self, signal_mv: NDArray[np.float32], seed: int, fixed: bool = False) -> None:
        self.signal_mv, self.seed, self.fixed = signal_mv, seed, fixed

    def batches(self, batch_size: int, epoch: int) -> Iterator[tuple[Tensor, Tensor]]:
        """`(batch, 8, 640)` and `(batch, 8)` bool; a last batch of a single ECG is left out, which batch statistics could not bear."""
        n, _, samples = self.signal_mv.shape
        rng = np.random.default_rng([self.seed, 0 if self.fixed else epoch])
        order = np.arange(n) if self.fixed else rng.permutation(n)
        for first in range(0, n - 1, batch_size):
            rows = order[first : first + batch_size]
            starts = rng.integers(0, samples - CROP_SAMPLES + 1, size=len(rows))
            pieces = [
                self.signal_mv[row, :, start : start + CROP_SAMPLES]
                for row, start in zip(rows, starts, strict=True)
            ]
            shown = np.stack([draw_leads(rng) for _ in rows])
            yield torch.from_numpy(np.stack(pieces)), torch.from_numpy(shown)


def draw_leads(rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which of the eight independent leads are shown: one to seven of them."""
    if rng.random() < _OF_LEAD_SETS:
        return _MASKS[rng.integers(len(_MASKS))]
    share = rng.random()
    shown = np.concatenate([rng.random(2) < _LIMB_LEAD_STAYS, rng.random(6) < share])
    if not shown.any():
        shown[INDEPENDENT_LEADS.index("II")] = True
    if shown.all():
        shown[rng.integers(2, 8)] = False
    return shown
