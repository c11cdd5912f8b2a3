"""Network weights on disk: safetensors in half precision, trusted only by their SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn

from ecg_core.errors import CheckpointError
from ecg_core.whole_files import replaced_at_once


def read_weights(path: Path, sha256: str, name: str) -> dict[str, torch.Tensor]:
    """The tensors of one file in single precision, once its checksum is as its card says.

    `name` is how messages call the model. Raises CheckpointError when the file is missing, altered or unreadable.
    """
    try:
        weights = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"The weights of model {name} are missing ({path}).") from error
    if hashlib.sha256(weights).hexdigest() != sha256:
        raise CheckpointError(
            f"The weights of model {name} do not match the checksum in its card; the file is damaged or was replaced."
        )
    try:
        tensors = load(weights)
    except SafetensorError as error:
        raise CheckpointError(f"The weights of model {name} cannot be read.") from error
    return {key: value.float() if value.is_floating_point() else value for key, value in tensors.items()}


def write_weights(model: nn.Module, path: Path, name: str) -> str:
    """Write a model's weights in half precision and return their SHA-256.

    Raises CheckpointError when a weight is not a number or too large for half precision (65,504).
    """
    tensors = {
        key: (value.half() if value.is_floating_point() else value).contiguous()
        for key, value in model.state_dict().items()
    }
    unusable = [key for key, value in tensors.items() if not value.isfinite().all()]
    if unusable:
        raise CheckpointError(
            f"Model {name} cannot be stored: {', '.join(unusable)} hold values beyond half precision."
        )
    weights = save(tensors)
    with replaced_at_once(path) as unfinished:
        unfinished.write_bytes(weights)
    return hashlib.sha256(weights).hexdigest()
