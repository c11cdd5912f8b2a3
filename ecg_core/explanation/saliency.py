"""Which parts of its own input move a network's estimate: integrated gradients. A hint where to look, no proof.

Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, ICML 2017. Saliency maps can look alike for
a trained and an untrained network (Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018).
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from torch import Tensor, nn

from ecg_core.explanation.attribution import STEPS, along_path
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.types import ModelInput

SMOOTH_S = 0.016  # standard deviation; finer detail is noise of the gradient

Floats = NDArray[np.float32]


@runtime_checkable
class AttendsToLeads(Protocol):
    """A network that weighs its leads."""

    def lead_attention(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """How much each lead counts, `(batch, leads)`; rows sum to 1."""


def integrated_gradients(
    checkpoint: Checkpoint, inputs: ModelInput, item: int = 0, steps: int = STEPS
) -> Floats:
    """How much each sample of one item adds to the estimate, `(leads, samples)` mEq/L.

    Against a flat line of zeros, and with the facts beside the signal as they are: the sum is the estimate less that
    of the flat line, up to the error of `steps`. Positive raises the estimate.
    """
    signal = torch.from_numpy(inputs.signal[item])
    return along_path(lambda path: _estimates(checkpoint.model, path, inputs, item), signal, steps)


def _estimates(model: nn.Module, signal: Tensor, inputs: ModelInput, item: int) -> Tensor:
    """The network's answers to `(batch, leads, samples)` with the facts and absent leads of the item, `(batch,)`."""
    fed = [signal]
    if inputs.facts is not None:
        fed.append(torch.from_numpy(inputs.facts[item]).expand(len(signal), -1))
    present = torch.from_numpy(inputs.present).expand(len(signal), -1)
    estimates: Tensor = model(*fed, **({"present": present} if inputs.absent else {}))
    return estimates


def smoothed(added: Floats, fs_hz: float) -> Floats:
    """Size of what each stretch adds, without its sign, smoothed over some 40 ms and 1 at the most, `(leads, samples)`."""
    size = gaussian_filter1d(np.abs(added), SMOOTH_S * fs_hz, axis=-1)
    return np.asarray(size / max(float(size.max()), 1e-12), dtype=np.float32)


def lead_shares(added: Floats) -> Floats:
    """Each lead's share of all that is added, signs left away, `(leads,)` summing to 1; zeros where nothing is added."""
    sums = np.abs(added).sum(axis=1)
    return np.asarray(sums / max(float(sums.sum()), 1e-12), dtype=np.float32)


@torch.inference_mode()
def lead_attention(checkpoint: Checkpoint, inputs: ModelInput) -> Floats | None:
    """How much each lead counts for a network that weighs its leads, mean over the items, `(leads,)`; None for others."""
    network = _attending(checkpoint.model)
    if network is None:
        return None
    signal = torch.from_numpy(inputs.signal)
    present = torch.from_numpy(inputs.present).expand(len(signal), -1)
    weights: Floats = network.lead_attention(signal, present if inputs.absent else None).mean(dim=0).numpy()
    return weights


def _attending(model: nn.Module) -> AttendsToLeads | None:
    """The network itself or the one part of it that weighs leads."""
    return next((part for part in model.modules() if isinstance(part, AttendsToLeads)), None)
