"""12-lead models on disk: a folder with weights and a card that holds their checksum."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from torch import nn

from ecg_core.errors import CheckpointError
from ecg_core.models.twelve_lead import build_twelve_lead
from ecg_core.network_files import CARD, NETWORKS, WEIGHTS
from ecg_core.twelve_lead.card import TwelveLeadCard, read_twelve_lead_card
from ecg_core.twelve_lead.types import FINDINGS
from ecg_core.weights import read_weights, write_weights

AGE_OUTPUT = len(FINDINGS)
N_OUTPUTS = (
    len(FINDINGS) + 1 + 5
)  # a logit for each finding, age, and five superclasses that only training uses
BUNDLED = NETWORKS / "twelve_lead"
EVALUATION = "evaluation.parquet"


@dataclass(frozen=True, eq=False)
class TwelveLeadCheckpoint:
    """A network ready to answer (evaluation mode, float32) and its card."""

    card: TwelveLeadCard
    model: nn.Module
    folder: Path


def load_twelve_lead(folder: Path) -> TwelveLeadCheckpoint:
    """Read one checkpoint. Raises CheckpointError when a file is missing, altered, or does not fit the architecture."""
    card = read_twelve_lead_card(folder / CARD)
    model = build_twelve_lead(card.architecture, N_OUTPUTS)
    try:
        model.load_state_dict(read_weights(folder / WEIGHTS, card.sha256, card.name))
    except RuntimeError as error:
        raise CheckpointError(
            f"The weights of model {card.name} do not fit the architecture {card.architecture}."
        ) from error
    return TwelveLeadCheckpoint(card, model.eval(), folder)


def store_twelve_lead(folder: Path, model: nn.Module, card: TwelveLeadCard) -> TwelveLeadCard:
    """Write weights in half precision and the card, which gets their checksum; returns that card.

    Raises CheckpointError when a weight is not a number or too large for half precision (65,504).
    """
    card = replace(card, sha256=write_weights(model, folder / WEIGHTS, card.name))
    card.write(folder / CARD)
    return card
