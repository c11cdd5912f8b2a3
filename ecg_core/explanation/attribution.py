"""Integrated gradients of any answer of a network: how much each sample of its input adds to it.

Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

STEPS = 16

Floats = NDArray[np.float32]


def along_path(answer: Callable[[Tensor], Tensor], signal: Tensor, steps: int = STEPS) -> Floats:
    """What each sample of `signal` `(leads, samples)` adds to the answer, against a flat line of zeros.

    `answer` maps `(batch, leads, samples)` to `(batch,)`. The sum is the answer less that of the flat line, up to the
    error of `steps`.
    """
    path = ((torch.arange(steps) + 0.5) / steps)[:, None, None] * signal
    path.requires_grad_(True)
    with torch.enable_grad():
        (gradient,) = torch.autograd.grad(answer(path).sum(), path)
    added: Floats = (gradient.mean(dim=0) * signal).numpy()
    return added
