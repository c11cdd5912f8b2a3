"""`train restoration`: the network that estimates leads which were not recorded."""

from __future__ import annotations

import argparse

from ecg_core.cli.evaluate_restoration import describe
from ecg_core.cli.progress import say
from ecg_core.datasets.base_ecg import list_bases
from ecg_core.training.restoration_checkpoint import train_restoration_checkpoint


def run(arguments: argparse.Namespace) -> int:
    """Train, judge on ECGs that nothing was learned from, and write the checkpoint; returns the exit status."""
    summary = train_restoration_checkpoint(
        list_bases(arguments.base_ecgs, arguments.challenge, arguments.ludb),
        arguments.out,
        arguments.runs / "restoration-waveforms",
        arguments.runs,
        arguments.seed,
        say,
    )
    print(describe(summary))
    return 0
