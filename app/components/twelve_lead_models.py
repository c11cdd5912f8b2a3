"""The 12-lead models that are installed, and what the one that is chosen says of the ECG: asked once, when a page needs it."""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st

from app.components.checkpoints import CHECKPOINTS
from ecg_core.analysis import Analysis, annotated_ecg
from ecg_core.errors import CheckpointError
from ecg_core.twelve_lead import restore
from ecg_core.twelve_lead.answer import answer
from ecg_core.twelve_lead.checkpoint import TwelveLeadCheckpoint
from ecg_core.twelve_lead.installed import first_to_answer, load_installed
from ecg_core.twelve_lead.restore import Restorer, load_restorer
from ecg_core.twelve_lead.types import TwelveLeadAnswer

FOLDER = CHECKPOINTS / "twelve_lead"

_SAID = "twelve_lead_said"


@dataclass(frozen=True, eq=False)
class Said:
    """An answer, and for which ECG it was given; kept so that every model is asked once only."""

    analysis: Analysis
    answer: TwelveLeadAnswer
    seconds: float


@st.cache_resource(show_spinner=False)
def installed_twelve_lead() -> tuple[TwelveLeadCheckpoint, ...]:
    """Every installed model, the one to answer first. Raises CheckpointError when there is none or one is damaged."""
    return load_installed(FOLDER)


@st.cache_resource(show_spinner=False)
def installed_restorer() -> Restorer:
    """The network that restores leads. Raises CheckpointError when it is missing or damaged."""
    return load_restorer(FOLDER / restore.BUNDLED.name)


def said_by(checkpoint: TwelveLeadCheckpoint, analysis: Analysis) -> Said:
    """What a model says of this ECG, corrections by hand included."""
    kept: dict[str, Said] = st.session_state.setdefault(_SAID, {})
    said = kept.get(checkpoint.card.name)
    if said is None or said.analysis is not analysis:
        started = time.perf_counter()
        said = Said(analysis, answer(annotated_ecg(analysis), checkpoint), time.perf_counter() - started)
        kept[checkpoint.card.name] = said
    return said


def answer_for_trust(analysis: Analysis) -> TwelveLeadAnswer | None:
    """What the first model says; None where none is installed: other pages do without."""
    try:
        checkpoint = first_to_answer(installed_twelve_lead(), analysis.record.leads)
        return said_by(checkpoint, analysis).answer
    except CheckpointError:
        return None
