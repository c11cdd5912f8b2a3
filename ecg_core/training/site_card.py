"""What the card of a model says that learned from a site's own ECGs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.datasets.site_splits import SPLIT_WORDS
from ecg_core.inference.card import Card, TrainingFacts
from ecg_core.inference.types import HYPERKALEMIA_MEQ_L, HYPOKALEMIA_MEQ_L
from ecg_core.training.draft_card import draft_card
from ecg_core.training.facts import COMMON_LIMITS
from ecg_core.training.fine_tune import FineTuning
from ecg_core.training.loop import Epoch
from ecg_core.training.recipes import Recipe
from ecg_core.training.site_inputs import SiteInputs

_SIMULATED_ONLY, _CLASS_MIX = COMMON_LIMITS[:2]
_ONE_SITE = "Learned from one site; other patients, electrocardiographs and laboratories may differ."
_ONLY_CALIBRATED = (
    "Its weights learned from simulated potassium; only its intervals and probabilities know this site."
)
_SITE_CLASS_MIX = "Class probabilities assume the class mix of this site's calibration ECGs."
_LICENCE = "For the site to decide: weights can carry traces of the patients they learned from."


def fine_tuned_card(card: Card, name: str, inputs: SiteInputs, tuning: FineTuning, seed: int) -> Card:
    """Of a model that went on learning from `inputs`."""
    learned = f"{inputs.n_ecgs:,} {_kind(inputs.simulated)} of {inputs.n_patients:,} patients"
    outcome = "" if tuning.improved else "; no epoch did better on the validation part, so no weight changed"
    trained_on = TrainingFacts(
        description=f"{card.trained_on.description}; fine-tuned on {learned}",
        simulated=inputs.simulated,
        n_records=inputs.n_ecgs,
        n_patients=inputs.n_patients,
        n_examples=len(inputs.k_meq_l),
        k_distribution=_distribution(inputs.k_meq_l),
        split=SPLIT_WORDS,
        recipe=f"{card.trained_on.recipe}. Fine-tuning: {tuning.words}{outcome}",
        seed=seed,
        epochs=len(tuning.history),
        seconds=round(sum(epoch.seconds for epoch in tuning.history)),
    )
    return replace(
        card,
        name=name,
        title=f"{card.title}, fine-tuned",
        trained_on=trained_on,
        limits=_site_limits(card.limits, inputs.simulated),
        licence=_LICENCE,
    )


def recalibrated_card(card: Card, name: str) -> Card:
    """Of a model whose weights stay; what it learned from is unchanged."""
    kept = tuple(limit for limit in card.limits if limit not in (_SIMULATED_ONLY, _CLASS_MIX))
    return replace(
        card,
        name=name,
        title=f"{card.title}, recalibrated",
        limits=(*kept, _ONLY_CALIBRATED, _SITE_CLASS_MIX),
    )


def learned_card(
    recipe: Recipe, name: str, n_parameters: int, table: pd.DataFrame, history: Sequence[Epoch], seed: int
) -> Card:
    """Of a model that learned from nothing but the prepared ECGs of `table`."""
    simulated = bool(table["simulated"].all())
    trained_on = TrainingFacts(
        description=f"A site's {_kind(simulated)}",
        simulated=simulated,
        n_records=int(table["base"].nunique()),
        n_patients=int(table["patient_id"].nunique()),
        n_examples=len(table),
        k_distribution=_distribution(table["k_meq_l"].to_numpy(np.float32)),
        split=SPLIT_WORDS,
        recipe=recipe.words,
        seed=seed,
        epochs=len(history),
        seconds=round(sum(epoch.seconds for epoch in history)),
    )
    card = draft_card(recipe, name, n_parameters, trained_on, _LICENCE)
    return replace(card, title=f"{recipe.title}, own training", limits=_site_limits(card.limits, simulated))


def _kind(simulated: bool) -> str:
    return "SIMULATED ECGs" if simulated else "real ECGs with laboratory potassium"


def _site_limits(limits: tuple[str, ...], simulated: bool) -> tuple[str, ...]:
    """Those that still hold, and the site's. What learned from simulated ECGs alone was tested on nothing better."""
    outdated = {_CLASS_MIX} if simulated else {_CLASS_MIX, _SIMULATED_ONLY}
    return (*(limit for limit in limits if limit not in outdated), _ONE_SITE, _SITE_CLASS_MIX)


def _distribution(k_meq_l: NDArray[np.float32]) -> str:
    low, middle, high = np.percentile(k_meq_l, [25, 50, 75])
    return (
        f"median {middle:.1f}, quartiles {low:.1f}-{high:.1f} mEq/L;"
        f" {(k_meq_l <= HYPOKALEMIA_MEQ_L).mean():.0%} at or below {HYPOKALEMIA_MEQ_L:g},"
        f" {(k_meq_l >= HYPERKALEMIA_MEQ_L).mean():.0%} at or above {HYPERKALEMIA_MEQ_L:g}"
    )
