"""Prepared ECGs as batches of tensors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecg_core.datasets.prepared import PreparedECGs
from ecg_core.inference.inputs import CROP_SAMPLES
from ecg_core.leads import STANDARD_LEADS, standard_from_independent

Batch = tuple[
    Any, Tensor
]  # what the loss is given: a signal, or whatever else a network is fed; and potassium
CLASS_CUTS_MEQ_L = (2.5, 3.5, 5.5, 6.5)  # the five classes of the ECG12Net paper


class BatchSource(Protocol):
    """Batches of (inputs, potassium in mEq/L); `epoch` seeds the order and whatever else is random."""

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """One epoch."""
        ...


def balanced_probability(k_meq_l: NDArray[np.float32]) -> NDArray[np.float64]:
    """How likely each example `(n,)` is to be drawn so that the five potassium classes come equally often."""
    classes = np.digitize(k_meq_l, CLASS_CUTS_MEQ_L)
    weight = 1.0 / np.bincount(classes)[classes]
    return weight / weight.sum()


class ArrayBatches:
    """All rows of `inputs` `(n, leads, samples)`, shuffled by `seed` and epoch unless `shuffle` is False.

    With `draws` as many rows are drawn instead, so that the five potassium classes are equally frequent, or all rows
    equally likely if not `balanced`.
    """

    def __init__(
        self,
        inputs: NDArray[np.floating],
        k_meq_l: NDArray[np.float32],
        seed: int,
        shuffle: bool = True,
        draws: int | None = None,
        balanced: bool = True,
    ) -> None:
        self.inputs, self.k_meq_l, self.seed, self.shuffle, self.draws = inputs, k_meq_l, seed, shuffle, draws
        self.probability = balanced_probability(k_meq_l) if balanced else None

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """One pass over the rows; a last batch of a single row is left out, which batch statistics could not bear."""
        rng = np.random.default_rng([self.seed, epoch])
        order = np.arange(len(self.inputs))
        if self.draws is not None:
            order = rng.choice(order, size=self.draws, p=self.probability)
        elif self.shuffle:
            order = rng.permutation(order)
        for start in range(0, len(order) - 1, batch_size):
            rows = order[start : start + batch_size]
            yield torch.from_numpy(self.inputs[rows].astype(np.float32)), torch.from_numpy(self.k_meq_l[rows])


class CropBatches:
    """Random 2.05 s crops, records drawn so that the five potassium classes are equally frequent, if `balanced`.

    `leads_per_crop` of the twelve leads are drawn anew for every crop, the others are zeros: the network learns from
    more ECGs in the same time, and to do without any lead.
    """

    def __init__(
        self, ecgs: PreparedECGs, seed: int, draws: int, leads_per_crop: int, balanced: bool = True
    ) -> None:
        self.ecgs, self.seed, self.draws, self.leads_per_crop = ecgs, seed, draws, leads_per_crop
        self.probability = balanced_probability(ecgs.k_meq_l) if balanced else None

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """`draws` crops."""
        rng = np.random.default_rng([self.seed, epoch])
        last_start = self.ecgs.signal_uv.shape[2] - CROP_SAMPLES
        rows = rng.choice(len(self.ecgs.table), size=self.draws, p=self.probability)
        starts = rng.integers(0, last_start + 1, size=self.draws)
        left_out = rng.random((self.draws, len(STANDARD_LEADS))).argsort(axis=1) >= self.leads_per_crop
        for first in range(0, self.draws - 1, batch_size):
            chosen = slice(first, first + batch_size)
            crops_mv = cut_crops(self.ecgs, rows[chosen], starts[chosen])
            crops_mv[left_out[chosen]] = 0.0
            yield torch.from_numpy(crops_mv), torch.from_numpy(self.ecgs.k_meq_l[rows[chosen]])


class MiddleCrops:
    """The middle 2.05 s of every `step`-th record, all twelve leads, in order: for validation."""

    def __init__(self, ecgs: PreparedECGs, step: int = 1) -> None:
        self.ecgs, self.rows = ecgs, np.arange(0, len(ecgs.table), step)

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """The same in every epoch."""
        middle = (self.ecgs.signal_uv.shape[2] - CROP_SAMPLES) // 2
        for first in range(0, len(self.rows), batch_size):
            rows = self.rows[first : first + batch_size]
            crops_mv = cut_crops(self.ecgs, rows, np.full(len(rows), middle))
            yield torch.from_numpy(crops_mv), torch.from_numpy(self.ecgs.k_meq_l[rows])


def cut_crops(ecgs: PreparedECGs, rows: NDArray[np.int64], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """`(len(rows), 12, 1024)` mV: of each record the crop that begins at its start."""
    crops = [
        ecgs.signal_uv[row, :, start : start + CROP_SAMPLES] for row, start in zip(rows, starts, strict=True)
    ]
    return standard_from_independent(np.stack(crops).astype(np.float32) / 1000.0)
