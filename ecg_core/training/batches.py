"""Prepared ECGs as batches of tensors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecg_core.datasets.prepared import PreparedECGs
from ecg_core.inference.inputs import CROP_SAMPLES
from ecg_core.leads import standard_from_independent

Batch = tuple[Tensor, Tensor]
CLASS_CUTS_MEQ_L = (2.5, 3.5, 5.5, 6.5)  # the five classes of the ECG12Net paper


class BatchSource(Protocol):
    """Batches of (inputs, potassium in mEq/L); `epoch` seeds the order and whatever else is random."""

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """One epoch."""
        ...


class ArrayBatches:
    """All rows of `inputs` `(n, leads, samples)`, shuffled by `seed` and epoch unless `shuffle` is False."""

    def __init__(
        self, inputs: NDArray[np.floating], k_meq_l: NDArray[np.float32], seed: int, shuffle: bool = True
    ) -> None:
        self.inputs, self.k_meq_l, self.seed, self.shuffle = inputs, k_meq_l, seed, shuffle

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """One pass over all rows; a last batch of a single row is left out, which batch statistics could not bear."""
        order = np.arange(len(self.inputs))
        if self.shuffle:
            order = np.random.default_rng([self.seed, epoch]).permutation(order)
        for start in range(0, len(order) - 1, batch_size):
            rows = order[start : start + batch_size]
            yield torch.from_numpy(self.inputs[rows].astype(np.float32)), torch.from_numpy(self.k_meq_l[rows])


class CropBatches:
    """Random 2.05 s crops of twelve leads, records drawn so that the five potassium classes are equally frequent.

    With `draws` None every record gives one crop from its middle, in order (for validation).
    """

    def __init__(self, ecgs: PreparedECGs, seed: int, draws: int | None) -> None:
        self.ecgs, self.seed, self.draws = ecgs, seed, draws
        classes = np.digitize(ecgs.k_meq_l, CLASS_CUTS_MEQ_L)
        frequency = np.bincount(classes, minlength=len(CLASS_CUTS_MEQ_L) + 1)
        weight = 1.0 / frequency[classes]
        self.probability = weight / weight.sum()

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """`draws` crops, or one of each record."""
        rng = np.random.default_rng([self.seed, epoch])
        last_start = self.ecgs.signal_uv.shape[2] - CROP_SAMPLES
        if self.draws is None:
            rows = np.arange(len(self.ecgs.k_meq_l))
            starts = np.full(len(rows), last_start // 2)
        else:
            rows = rng.choice(len(self.probability), size=self.draws, p=self.probability)
            starts = rng.integers(0, last_start + 1, size=self.draws)
        for first in range(0, len(rows) - 1, batch_size):
            chosen = slice(first, first + batch_size)
            crops = np.stack(
                [
                    self.ecgs.signal_uv[row, :, start : start + CROP_SAMPLES]
                    for row, start in zip(rows[chosen], starts[chosen], strict=True)
                ]
            )
            inputs_mv = standard_from_independent(crops.astype(np.float32) / 1000.0)
            yield torch.from_numpy(inputs_mv), torch.from_numpy(self.ecgs.k_meq_l[rows[chosen]])
