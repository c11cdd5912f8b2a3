"""Architectures over twelve leads at 100 Hz, one a file, and which there are.

Each keeps one contract: `forward(signal, mask)` takes `(batch, 12, samples)` float32, leads in the order of
`STANDARD_LEADS` in units of their own spread, and `(batch, 12)` bool, True for the leads that are there (None: all).
What an absent lead holds does not matter.
"""

from collections.abc import Callable, Mapping

from torch import nn

from ecg_core.errors import CheckpointError
from ecg_core.models.twelve_lead.ml_resnet import MLResNet
from ecg_core.models.twelve_lead.ribeiro import RibeiroNet

# An answer of `(batch, outputs)`, made as `constructor(outputs)`.
TWELVE_LEAD_MODELS: Mapping[str, Callable[[int], nn.Module]] = {
    "ribeiro": RibeiroNet,
    "ml_resnet": MLResNet,
}


def build_twelve_lead(key: str, outputs: int) -> nn.Module:
    """A freshly initialised model. Raises CheckpointError for a key that no architecture has."""
    if key not in TWELVE_LEAD_MODELS:
        known = ", ".join(TWELVE_LEAD_MODELS)
        raise CheckpointError(f"There is no 12-lead architecture called {key!r}; known are {known}.")
    return TWELVE_LEAD_MODELS[key](outputs)


__all__ = ["TWELVE_LEAD_MODELS", "MLResNet", "RibeiroNet", "build_twelve_lead"]
