"""A training's state on disk, so that it can go on where it stopped. Tensors as safetensors, the rest as JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn


def save_state(
    folder: Path, name: str, model: nn.Module, optimizer: torch.optim.Optimizer, facts: dict[str, Any]
) -> None:
    """Write model, optimizer and `facts` (JSON) as `<name>.safetensors`/`.json`, each replaced at once."""
    tensors = {f"model.{key}": value for key, value in model.state_dict().items()}
    tensors |= {
        f"optimizer.{index}.{key}": torch.as_tensor(value)
        for index, slots in optimizer.state_dict()["state"].items()
        for key, value in slots.items()
    }
    _replace(folder / f"{name}.safetensors", lambda path: save_file(_contiguous(tensors), path))
    _replace(folder / f"{name}.json", lambda path: path.write_text(json.dumps(facts)))


def load_state(
    folder: Path, name: str, model: nn.Module, optimizer: torch.optim.Optimizer
) -> dict[str, Any] | None:
    """Restore what `save_state` wrote and return its facts; None when there is nothing."""
    if not (folder / f"{name}.json").is_file():
        return None
    tensors = load_file(folder / f"{name}.safetensors")
    model.load_state_dict(_below("model.", tensors))
    slots: dict[int, dict[str, torch.Tensor]] = {}
    for key, value in _below("optimizer.", tensors).items():
        index, slot = key.split(".", 1)
        slots.setdefault(int(index), {})[slot] = value
    optimizer.load_state_dict({"state": slots, "param_groups": optimizer.state_dict()["param_groups"]})
    facts: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    return facts


def save_weights(path: Path, model: nn.Module) -> None:
    """Write the weights alone, replaced at once."""
    _replace(path, lambda temporary: save_file(_contiguous(model.state_dict()), temporary))


def _below(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def _contiguous(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {key: value.detach().contiguous() for key, value in tensors.items()}


def _replace(path: Path, write: Any) -> None:
    temporary = path.with_name(path.name + ".part")
    write(temporary)
    os.replace(temporary, path)
