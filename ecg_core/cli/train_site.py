"""`train MODEL --manifest`: a checkpoint from a site's own ECGs with laboratory potassium."""

from __future__ import annotations

import argparse

from ecg_core.cli.site_manifest import describe, manifest_of
from ecg_core.errors import ECGError
from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import Checkpoint, load_checkpoint
from ecg_core.training.recipes import RECIPES
from ecg_core.training.site_training import SiteTraining


def run(arguments: argparse.Namespace) -> int:
    """Train or fine-tune, calibrate, evaluate and write one checkpoint; returns the exit status."""
    start = _start(arguments)
    manifest = manifest_of(arguments)
    print(describe(manifest.ecgs), flush=True)
    training = SiteTraining(manifest, arguments.out, arguments.runs, arguments.seed, _say)
    card = _train(training, start, arguments)
    (result,) = card.results
    kind = "SIMULATED" if result.simulated else "real"
    print(
        f"{card.title}: on {result.n_examples} {kind} ECGs of the test part mean absolute error "
        f"{result.mae_meq_l:.2f} mEq/L (always the mean: {result.mae_of_mean_meq_l:.2f}), area under the ROC curve "
        f"{result.auc_hyper:.2f} for hyperkalemia and {result.auc_hypo:.2f} for hypokalemia, {result.coverage:.0%} "
        f"inside the interval. Written to {arguments.out}."
    )
    return 0


def _start(arguments: argparse.Namespace) -> Checkpoint | None:
    """The checkpoint to go on with, if one was named. Raises ECGError for options that do not fit together."""
    if arguments.start is None:
        if arguments.model not in RECIPES:
            raise ECGError(
                f"There is no model {arguments.model} to train. Choose one of {', '.join(RECIPES)}."
            )
        return None
    if arguments.start.resolve() == arguments.out.resolve():
        raise ECGError("--out is the folder of --from, which would be lost; choose another.")
    start = load_checkpoint(arguments.start)
    if start.card.architecture != arguments.model:
        raise ECGError(
            f"{arguments.start} holds the model {start.card.architecture}, not {arguments.model}; "
            f"write train {start.card.architecture}."
        )
    return start


def _train(training: SiteTraining, start: Checkpoint | None, arguments: argparse.Namespace) -> Card:
    if start is None:
        return training.learn_anew(arguments.model)
    if arguments.layers == "none":
        return training.recalibrate(start)
    return training.fine_tune(start, arguments.layers)


def _say(words: str) -> None:
    print(words, flush=True)
