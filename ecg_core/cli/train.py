"""`train`: a checkpoint from base ECGs."""

from __future__ import annotations

import argparse

from ecg_core.errors import ECGError
from ecg_core.training.recipes import RECIPES
from ecg_core.training.train_checkpoint import train_checkpoint


def run(arguments: argparse.Namespace) -> int:
    """Train, calibrate, evaluate and write one checkpoint; returns the exit status."""
    if arguments.model not in RECIPES:
        raise ECGError(f"There is no model {arguments.model} to train. Choose one of {', '.join(RECIPES)}.")
    card = train_checkpoint(
        arguments.model,
        arguments.base_ecgs,
        arguments.out,
        arguments.cache,
        arguments.runs,
        arguments.seed,
        _report,
    )
    for result in card.results:
        kind = "simulated" if result.simulated else "real"
        print(
            f"{card.title}: mean absolute error {result.mae_meq_l:.2f} mEq/L on {result.n_examples} {kind} ECGs "
            f"(always the mean: {result.mae_of_mean_meq_l:.2f}). Written to {arguments.out}."
        )
    return 0


def _report(words: str) -> None:
    print(words, flush=True)
