"""How each 12-lead architecture is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ecg_core.training.twelve_lead_batches import Alterations
from ecg_core.training.twelve_lead_loop import Schedule

ALL_FOLDS = ((1, 2), (3, 4), (5, 6), (7, 8), (9,))
LAST_FOLD = ((9,),)


@dataclass(frozen=True)
class TwelveLeadRecipe:
    """One network for each group of folds, trained on all other folds; calibration and thresholds rest on what it never saw.

    An ensemble keeps all of them, every other architecture has one.
    """

    title: str
    summary: str
    source: str
    schedule: Schedule
    held_out: tuple[tuple[int, ...], ...] = LAST_FOLD


_RIBEIRO = "Ribeiro et al., Nature Communications 2020;11:1760"
_LONG = Alterations(shift_samples=100)  # of ten seconds; the beginning follows the end

RECIPES: Mapping[str, TwelveLeadRecipe] = {
    "measured": TwelveLeadRecipe(
        "Beat and rhythm",
        "Five small networks over the median beat of every lead, rate, rhythm and intervals, which answer together.",
        "own design",
        Schedule(epochs=40, learning_rate=2e-3),
        ALL_FOLDS,
    ),
    "ribeiro": TwelveLeadRecipe(
        "Model 1",
        "Residual network over ten seconds of twelve leads.",
        _RIBEIRO,
        Schedule(epochs=30, learning_rate=1e-3, alterations=_LONG),
    ),
    "ribeiro_half": TwelveLeadRecipe(
        "Model 1, half as wide",
        "Residual network over ten seconds of twelve leads, with half the channels of the paper's.",
        _RIBEIRO,
        Schedule(epochs=30, learning_rate=1e-3, alterations=_LONG),
    ),
    "ml_resnet": TwelveLeadRecipe(
        "ML-ResNet",
        "A small residual network for each lead, whose answers are added up.",
        "Han and Shi, Computer Methods and Programs in Biomedicine 2020;185:105138",
        Schedule(epochs=40, learning_rate=3e-3, weight_decay=0.01, alterations=_LONG),
    ),
}
