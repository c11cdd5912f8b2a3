"""`calibrate`: intervals, probabilities and results of finished checkpoints anew."""

from __future__ import annotations

import argparse

from ecg_core.cli.base_sources import simulated_sources
from ecg_core.cli.progress import say
from ecg_core.cli.train import tell_results
from ecg_core.training.train_checkpoint import judge_again


def run(arguments: argparse.Namespace) -> int:
    """Calibrate and evaluate; returns the exit status."""
    for card in judge_again(arguments.checkpoints, simulated_sources(arguments), say):
        tell_results(card)
    return 0
