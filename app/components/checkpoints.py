"""The checkpoints that are installed, loaded once for all users."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ecg_core.errors import CheckpointError
from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import Checkpoint, load_checkpoints

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"


@st.cache_resource(show_spinner=False)
def installed_checkpoints() -> tuple[Checkpoint, ...]:
    """Every installed checkpoint. Raises CheckpointError when there is none or one is damaged."""
    checkpoints = load_checkpoints(CHECKPOINTS)
    if not checkpoints:
        raise CheckpointError(
            "No potassium model is installed: the folder checkpoints is missing or empty. "
            "Restore it from the download, or train a model with: python -m ecg_core train"
        )
    return checkpoints


def cards_by_model() -> dict[str, Card]:
    """The cards of the installed checkpoints by name; empty where they cannot be loaded."""
    try:
        return {checkpoint.card.name: checkpoint.card for checkpoint in installed_checkpoints()}
    except CheckpointError:
        return {}
