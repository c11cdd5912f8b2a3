"""Checkpoints on disk: weights as safetensors whose SHA-256 stands in the card beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from ecg_core.errors import CheckpointError
from ecg_core.inference.card import Card, read_card
from ecg_core.models import MODELS, build
from ecg_core.weights import read_weights, write_weights

WEIGHTS, CARD, EVALUATION, LOSS_CURVE = "model.safetensors", "card.json", "evaluation.parquet", "training.csv"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A network ready to answer (evaluation mode, float32) and its card."""

    card: Card
    model: nn.Module
    folder: Path


def load_checkpoint(folder: Path) -> Checkpoint:
    """Read one checkpoint. Raises CheckpointError when a file is missing, altered, or does not fit the architecture."""
    card = read_card(folder / CARD)
    weights = read_weights(folder / WEIGHTS, card.sha256, card.name)
    model = _model_for(card)
    try:
        model.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(
            f"The weights of model {card.name} do not fit the architecture {card.architecture}."
        ) from error
    return Checkpoint(card, model.eval(), folder)


def _model_for(card: Card) -> nn.Module:
    """An untrained model of the card's architecture, which must be fed what the card says."""
    model = build(card.architecture, **({} if card.code == "value" else {"code": card.code}))
    spec, inputs = MODELS[card.architecture], card.inputs
    if (inputs.leads, inputs.samples, len(inputs.facts)) != (spec.leads, spec.samples, spec.n_facts):
        raise CheckpointError(
            f"The card of model {card.name} describes other inputs than its architecture {card.architecture} takes."
        )
    return model


def load_checkpoints(
    root: Path, left_out: Callable[[CheckpointError], None] | None = None
) -> tuple[Checkpoint, ...]:
    """Every checkpoint under `root`, in the order of the model registry, then by name; an empty tuple when there is none.

    One that cannot be read is left out, and `left_out` is told why. Without `left_out` its CheckpointError is raised.
    """
    found = []
    for path in sorted(root.glob(f"*/{CARD}")):
        try:
            found.append(load_checkpoint(path.parent))
        except CheckpointError as error:
            if left_out is None:
                raise
            left_out(error)
    order = list(MODELS)
    return tuple(sorted(found, key=lambda each: (order.index(each.card.architecture), each.card.name)))


def write_checkpoint(folder: Path, model: nn.Module, card: Card) -> Card:
    """Write weights in half precision and the card, which gets their checksum; returns that card.

    Raises CheckpointError when a weight is not a number or too large for half precision (65,504).
    """
    sha256 = write_weights(model, folder / WEIGHTS, card.name)
    card = replace(card, sha256=sha256)
    card.write(folder / CARD)
    return card


def half_precision(model: nn.Module) -> nn.Module:
    """Round the weights in place to what `write_checkpoint` stores, so that they are judged as they will be used."""
    with torch.no_grad():
        for tensor in [*model.parameters(), *model.buffers()]:
            if tensor.is_floating_point():
                tensor.copy_(tensor.half().float())
    return model
