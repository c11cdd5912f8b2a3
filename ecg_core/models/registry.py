"""Which architectures exist and what each is fed.

Every registered model keeps one contract: `forward(x)` takes `(batch, leads, samples)` float32, leads
in the order of its spec, and returns `(batch,)` float32, serum potassium in mEq/L. A model with
`n_facts` is called `forward(x, facts)`, `(batch, n_facts)` float32, NaN where unknown; which facts they
are stands in the card. One that can do with `min_leads` of its leads also takes the keyword `present`,
`(batch, leads)` bool; absent leads are fed as zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from torch import nn

from ecg_core.errors import CheckpointError

ModelClass = TypeVar("ModelClass", bound=type[nn.Module])


@dataclass(frozen=True)
class ModelSpec:
    """An architecture: its key, the leads and samples it is fed at 500 Hz, the facts beside, and how it is made."""

    key: str
    leads: tuple[str, ...]
    samples: int
    constructor: Callable[..., nn.Module]
    n_facts: int
    min_leads: int  # of the leads, how many suffice


_specs: dict[str, ModelSpec] = {}
MODELS: Mapping[str, ModelSpec] = MappingProxyType(_specs)


def register(
    key: str,
    *,
    leads: tuple[str, ...],
    samples: int,
    n_facts: int = 0,
    min_leads: int | None = None,
) -> Callable[[ModelClass], ModelClass]:
    """Class decorator: makes the model known under `key`; without `min_leads` it needs all of its leads.

    Raises ValueError when the key is taken.
    """

    def add(constructor: ModelClass) -> ModelClass:
        if key in _specs:
            raise ValueError(f"a model is already registered as {key!r}")
        _specs[key] = ModelSpec(
            key, leads, samples, constructor, n_facts, len(leads) if min_leads is None else min_leads
        )
        return constructor

    return add


def build(key: str, **arguments: Any) -> nn.Module:
    """A freshly initialised model. Raises CheckpointError for a key that no architecture has."""
    if key not in MODELS:
        raise CheckpointError(
            f"There is no model architecture called {key!r}; known are {', '.join(MODELS)}."
        )
    return MODELS[key].constructor(**arguments)
