"""How an answer changes when a stretch of the signal is not there: works for any model, also where there is no gradient.

Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float32]


@torch.inference_mode()
def by_bridging(
    answer: Callable[[Tensor], Tensor], signal: Tensor, rows: Sequence[int], width: int, step: int
) -> Floats:
    """How far the answer moves when a straight line takes the place of a stretch of one lead, `(leads, samples)`.

    Every `step` samples a stretch of `width` of each of the `rows` of `signal` `(leads, samples)` is bridged; a sample
    has the mean over the stretches that hold it. `answer` maps `(batch, leads, samples)` to `(batch,)`.
    """
    n_samples = signal.shape[1]
    places = [(row, first) for row in rows for first in range(0, n_samples - width + 1, step)]
    moved, n_covering = torch.zeros_like(signal), torch.zeros_like(signal)
    if places:
        bridged = torch.stack([_bridged(signal, row, first, width) for row, first in places])
        changes = (answer(bridged) - answer(signal[None])).abs()
        for (row, first), change in zip(places, changes, strict=True):
            moved[row, first : first + width] += change
            n_covering[row, first : first + width] += 1
    mean: Floats = (moved / n_covering.clamp_min(1)).numpy()
    return mean


def _bridged(signal: Tensor, row: int, first: int, width: int) -> Tensor:
    """A copy with a line from the sample before the stretch to the one behind it."""
    copy = signal.clone()
    before, behind = max(first - 1, 0), min(first + width, signal.shape[1] - 1)
    line = torch.linspace(float(signal[row, before]), float(signal[row, behind]), width + 2)
    copy[row, first : first + width] = line[1:-1]
    return copy
