"""The small networks that come with the program: a folder with weights, and a card that holds their checksum.

The models of potassium, whose cards say more, have `ecg_core.inference.checkpoint`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from torch import nn
from torch.nn.utils import fuse_conv_bn_eval

from ecg_core.errors import CheckpointError
from ecg_core.weights import read_weights, write_weights
from ecg_core.whole_files import replaced_at_once

NETWORKS = Path(__file__).parents[1] / "checkpoints"
WEIGHTS, CARD = "model.safetensors", "card.json"

_NORMALIZATIONS = nn.BatchNorm1d | nn.BatchNorm2d

Network = TypeVar("Network", bound=nn.Module)


def card_of(folder: Path) -> dict[str, object]:
    """What is known about a network. Raises CheckpointError when there is no readable card."""
    try:
        card: dict[str, object] = json.loads((folder / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"The card of the network {folder.name} is missing or damaged ({folder / CARD})."
        ) from error
    return card


def load_into(model: Network, folder: Path) -> Network:
    """Fill a network with the weights in `folder`, ready to answer. Raises CheckpointError when they don't fit."""
    weights = read_weights(folder / WEIGHTS, str(card_of(folder).get("sha256")), folder.name)
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(
            f"The weights of the network {folder.name} do not fit its architecture."
        ) from error
    return model.eval()


def fuse_normalization(model: Network) -> Network:
    """Fold each batch normalization into the convolution before it, in place: the same answers in less time."""
    for module in model.modules():
        if not isinstance(module, nn.Sequential):
            continue
        for place, (convolution, normalization) in enumerate(pairwise(module)):
            if isinstance(convolution, nn.Conv1d | nn.Conv2d) and isinstance(normalization, _NORMALIZATIONS):
                module[place] = fuse_conv_bn_eval(convolution, normalization)
                module[place + 1] = nn.Identity()
    return model


def store(model: nn.Module, folder: Path, card: dict[str, object]) -> None:
    """Write a network's weights and its card, which gets their checksum."""
    sha256 = write_weights(model, folder / WEIGHTS, folder.name)
    write_card(folder / CARD, {**card, "sha256": sha256})


def write_card(path: Path, facts: Mapping[str, object]) -> None:
    """Write a card as indented JSON."""
    with replaced_at_once(path) as unfinished:
        unfinished.write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
