"""How each 12-lead architecture is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecg_core.errors import ECGError
from ecg_core.training.twelve_lead_batches import Alterations
from ecg_core.training.twelve_lead_loop import Schedule

ALL_FOLDS = ((1, 2), (3, 4), (5, 6), (7, 8), (9,))
LAST_FOLD = ((9,),)


@dataclass(frozen=True)
class TwelveLeadRecipe:
    """How one model is trained. Calibration and thresholds rest on what is said of each group of folds by a model that never saw it.

    With one group that model is the one that is kept; with several the one that is kept is fitted to all folds.
    `schedule` is None for what is fitted in one step; `few_leads`: it learns from records that lack leads.
    """

    architecture: str
    title: str
    summary: str
    source: str
    held_out: tuple[tuple[int, ...], ...]
    schedule: Schedule | None = None
    few_leads: bool = False


_RIBEIRO = "Ribeiro et al., Nature Communications 2020;11:1760"
_LONG = Alterations(shift_samples=100)  # of ten seconds; the beginning follows the end

RECIPES: Mapping[str, TwelveLeadRecipe] = {
    "measured": TwelveLeadRecipe(
        "measured",
        "Beat and rhythm",
        "Boosted trees and a kernel machine over rate, rhythm, intervals and the median beat of every lead.",
        "own design",
        ALL_FOLDS,
    ),
    "few_leads": TwelveLeadRecipe(
        "measured",
        "Beat and rhythm, few leads",
        "The same, fitted to records that lack four to eleven leads.",
        "own design",
        ALL_FOLDS,
        few_leads=True,
    ),
    "ribeiro": TwelveLeadRecipe(
        "ribeiro",
        "Model 1",
        "Residual network over ten seconds of twelve leads.",
        _RIBEIRO,
        LAST_FOLD,
        Schedule(epochs=10, learning_rate=1e-3, alterations=_LONG),
    ),
    "ribeiro_half": TwelveLeadRecipe(
        "ribeiro_half",
        "Model 1, half as wide",
        "Residual network over ten seconds of twelve leads, with half the channels of the paper's.",
        _RIBEIRO,
        LAST_FOLD,
        Schedule(epochs=10, learning_rate=1e-3, alterations=_LONG),
    ),
    "ml_resnet": TwelveLeadRecipe(
        "ml_resnet",
        "ML-ResNet",
        "A small residual network for each lead, whose answers are added up.",
        "Han and Shi, Computer Methods and Programs in Biomedicine 2020;185:105138",
        LAST_FOLD,
        Schedule(epochs=12, learning_rate=3e-3, weight_decay=0.01, alterations=_LONG),
    ),
}


def twelve_lead_recipe(name: str) -> TwelveLeadRecipe:
    """One of `RECIPES`. Raises ECGError for an unknown one, naming those there are."""
    if name not in RECIPES:
        raise ECGError(f"There is no 12-lead model {name}. Choose one of {', '.join(RECIPES)}.")
    return RECIPES[name]
