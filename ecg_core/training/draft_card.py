"""The card of a network that was just trained, before it is calibrated and evaluated."""

from __future__ import annotations

from ecg_core.inference.calibrated import UNCALIBRATED
from ecg_core.inference.card import Card, TrainingFacts
from ecg_core.inference.familiar import ANYTHING_FAMILIAR
from ecg_core.training.facts import COMMON_LIMITS, MODEL_FACTS
from ecg_core.training.recipes import Recipe


def draft_card(recipe: Recipe, name: str, n_parameters: int, trained_on: TrainingFacts, licence: str) -> Card:
    """What is known of it already: what it is, what it learned from, and the limits of all such models."""
    facts = MODEL_FACTS[recipe.key]
    return Card(
        name=name,
        title=recipe.title,
        architecture=recipe.key,
        summary=facts.summary,
        source=facts.source,
        n_parameters=n_parameters,
        inputs=facts.inputs,
        output="serum potassium",
        unit="mEq/L",
        trained_on=trained_on,
        results=(),
        calibration=UNCALIBRATED,
        familiar=ANYTHING_FAMILIAR,
        limits=facts.limits + COMMON_LIMITS,
        licence=licence,
        sha256="",
        code=recipe.code,
    )
