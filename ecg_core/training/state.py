"""A training's state on disk, so that it can go on where it stopped.

One safetensors file holds the tensors and, as its metadata, the facts in JSON: it is replaced at once,
so that weights and facts always belong together.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ecg_core.whole_files import replaced_at_once

_RANDOM = "random"  # PyTorch's generator: without it dropout would differ after a resume


def save_state(
    path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, facts: Mapping[str, Any]
) -> None:
    """Write model, optimizer, PyTorch's random state and `facts` (JSON)."""
    tensors = {f"model.{key}": value for key, value in model.state_dict().items()}
    tensors |= {
        f"optimizer.{index}.{key}": torch.as_tensor(value)
        for index, slots in optimizer.state_dict()["state"].items()
        for key, value in slots.items()
    }
    tensors[_RANDOM] = torch.get_rng_state()
    _write(path, tensors, {"facts": json.dumps(facts)})


def load_state(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, Any] | None:
    """Restore what `save_state` wrote and return its facts; None when there is nothing."""
    if not path.is_file():
        return None
    with safe_open(path, framework="pt") as file:
        facts: dict[str, Any] = json.loads(file.metadata()["facts"])
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118 - no mapping
    model.load_state_dict(_below("model.", tensors))
    slots: dict[int, dict[str, Tensor]] = {}
    for key, value in _below("optimizer.", tensors).items():
        index, slot = key.split(".", 1)
        slots.setdefault(int(index), {})[slot] = value
    optimizer.load_state_dict({"state": slots, "param_groups": optimizer.state_dict()["param_groups"]})
    torch.set_rng_state(tensors[_RANDOM])
    return facts


def save_weights(path: Path, model: nn.Module) -> None:
    """Write the weights alone, replaced at once."""
    _write(path, model.state_dict())


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def _write(path: Path, tensors: Mapping[str, Tensor], metadata: dict[str, str] | None = None) -> None:
    with replaced_at_once(path) as unfinished:
        save_file({key: value.detach().contiguous() for key, value in tensors.items()}, unfinished, metadata)
