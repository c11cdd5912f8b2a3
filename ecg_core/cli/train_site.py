"""`train MODEL --manifest`: a checkpoint from a site's own ECGs with laboratory potassium."""

from __future__ import annotations

import argparse

from ecg_core.cli.progress import say
from ecg_core.cli.site_manifest import describe, manifest_of
from ecg_core.cli.train import recipe_named, tell_results
from ecg_core.errors import ECGError
from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import Checkpoint, load_checkpoint
from ecg_core.training.site_training import SiteTraining


def run(arguments: argparse.Namespace) -> int:
    """Train or fine-tune, calibrate, evaluate and write one checkpoint; returns the exit status."""
    start = _start(arguments)
    manifest = manifest_of(arguments)
    say(describe(manifest.ecgs))
    training = SiteTraining(manifest, arguments.out, arguments.runs, arguments.seed, say)
    card = _train(training, start, arguments)
    tell_results(card)
    say(f"Written to {arguments.out}.")
    return 0


def _start(arguments: argparse.Namespace) -> Checkpoint | None:
    """The checkpoint to go on with, if one was named. Raises ECGError for options that do not fit together."""
    if arguments.start is None:
        recipe_named(arguments.model)
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
