"""`train`: a checkpoint from base ECGs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ecg_core.cli.base_sources import SOURCES, simulated_sources
from ecg_core.cli.dispatch import OWN_MODULES
from ecg_core.cli.progress import say
from ecg_core.errors import ECGError
from ecg_core.inference.card import Card
from ecg_core.training.options import Options
from ecg_core.training.recipes import RECIPES, Recipe
from ecg_core.training.train_checkpoint import Plan, Workplace, train_checkpoint


def run(arguments: argparse.Namespace) -> int:
    """Train, calibrate, evaluate and write one checkpoint; returns the exit status."""
    card = train_checkpoint(
        recipe_named(arguments.model, also=tuple(OWN_MODULES["train"])),
        simulated_sources(arguments),
        arguments.out,
        Workplace(arguments.cache, arguments.runs),
        arguments.seed,
        say,
        None if arguments.without_source is None else SOURCES[arguments.without_source],
        Plan(_options(arguments), arguments.search),
    )
    tell_results(card)
    say(f"Written to {arguments.out}.")
    return 0


def recipe_named(model: str, also: Sequence[str] = ()) -> Recipe:
    """How a model of potassium is trained. Raises ECGError for an unknown one, naming those there are, and those `also`."""
    if model not in RECIPES:
        raise ECGError(f"There is no model {model} to train. Choose one of {', '.join([*RECIPES, *also])}.")
    return RECIPES[model]


def _options(arguments: argparse.Namespace) -> Options:
    balanced = None if arguments.sampling is None else arguments.sampling == "balanced"
    return Options(
        arguments.loss,
        arguments.learning_rate,
        arguments.epochs,
        arguments.patience,
        balanced,
        arguments.augment or None,
    )


def tell_results(card: Card) -> None:
    """A line for each data set that the checkpoint was evaluated on."""
    for result in card.results:
        kind = "SIMULATED" if result.simulated else "real"
        say(
            f"{card.title}: mean absolute error {result.mae_meq_l:.2f} mEq/L on {result.n_examples} {kind} ECGs"
            f" (always the mean: {result.mae_of_mean_meq_l:.2f}), area under the ROC curve {result.auc_hyper:.2f} for"
            f" hyperkalemia and {result.auc_hypo:.2f} for hypokalemia, {result.coverage:.0%} inside the interval:"
            f" {result.dataset}."
        )
