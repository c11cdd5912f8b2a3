"""Architectures over twelve leads at 100 Hz, one a file, and which there are.

Each keeps one contract: `forward(x, mask, ...)` takes `(batch, 12, samples)` float32, leads in the order of
`STANDARD_LEADS` in units of their own spread, and `(batch, 12)` bool, True for the leads that are there, and returns
`(batch, outputs)`. What an absent lead holds does not matter. For those that are `measured`, x is the median beat and
the measured facts follow the mask; for the others x is ten seconds, and no mask means that all leads are there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import nn

from ecg_core.errors import CheckpointError
from ecg_core.models.twelve_lead.measured import MeasuredModel
from ecg_core.models.twelve_lead.ml_resnet import MLResNet
from ecg_core.models.twelve_lead.ribeiro import HalfRibeiroNet, RibeiroNet


@dataclass(frozen=True)
class TwelveLeadSpec:
    """An architecture: how it is made, from a number of outputs, and whether it reads measurements instead of the signal."""

    constructor: Callable[[int], nn.Module]
    measured: bool = False


TWELVE_LEAD_MODELS: Mapping[str, TwelveLeadSpec] = {
    "ribeiro": TwelveLeadSpec(RibeiroNet),
    "ribeiro_half": TwelveLeadSpec(HalfRibeiroNet),
    "ml_resnet": TwelveLeadSpec(MLResNet),
    "measured": TwelveLeadSpec(MeasuredModel, measured=True),
}


def build_twelve_lead(key: str, outputs: int) -> nn.Module:
    """A freshly initialised model. Raises CheckpointError for a key that no architecture has."""
    if key not in TWELVE_LEAD_MODELS:
        known = ", ".join(TWELVE_LEAD_MODELS)
        raise CheckpointError(f"There is no 12-lead architecture called {key!r}; known are {known}.")
    return TWELVE_LEAD_MODELS[key].constructor(outputs)


__all__ = [
    "TWELVE_LEAD_MODELS",
    "HalfRibeiroNet",
    "MLResNet",
    "MeasuredModel",
    "RibeiroNet",
    "TwelveLeadSpec",
    "build_twelve_lead",
]
