"""The checkpoints that are installed, loaded once for all users."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.components.text import as_markdown
from ecg_core.errors import CheckpointError
from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import Checkpoint, load_checkpoints

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"
_NONE = (
    "No potassium model is installed: the folder checkpoints is missing or empty. "
    "Restore it from the download, or train a model with: python -m ecg_core train"
)


@dataclass(frozen=True, eq=False)
class Installed:
    """The models that can answer, and why others cannot."""

    checkpoints: tuple[Checkpoint, ...]
    left_out: tuple[str, ...]


@st.cache_resource(show_spinner=False)
def installed() -> Installed:
    """What is in the folder of checkpoints."""
    left_out: list[CheckpointError] = []
    checkpoints = load_checkpoints(CHECKPOINTS, left_out.append)
    return Installed(checkpoints, tuple(str(error) for error in left_out))


def installed_checkpoints() -> tuple[Checkpoint, ...]:
    """Every installed checkpoint that can be read. Raises CheckpointError when there is none."""
    found = installed()
    if not found.checkpoints:
        raise CheckpointError(" ".join(found.left_out) or _NONE)
    return found.checkpoints


def draw_left_out() -> None:
    """Say which models are missing though they are installed; the others answer without them."""
    found = installed()
    if found.checkpoints:
        for reason in found.left_out:
            st.warning(f"**A potassium model is left out.** {as_markdown(reason)}", icon=":material/warning:")


def cards_by_model() -> dict[str, Card]:
    """The cards of the installed checkpoints by name; empty where they cannot be loaded."""
    try:
        return {checkpoint.card.name: checkpoint.card for checkpoint in installed_checkpoints()}
    except CheckpointError:
        return {}
