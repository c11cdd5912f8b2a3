"""`train delineator`: the network that finds P, QRS and T."""

from __future__ import annotations

import argparse

from ecg_core.cli.progress import say
from ecg_core.errors import ECGError
from ecg_core.training.delineator import train_delineator


def run(arguments: argparse.Namespace) -> int:
    """Train, judge by cross-validation and write weights and card; returns the exit status."""
    if arguments.noise is None:
        raise ECGError("Give the folder of the MIT-BIH Noise Stress Test Database with --noise.")
    train_delineator(arguments.base_ecgs, arguments.noise, arguments.out, arguments.runs, arguments.seed, say)
    return 0
