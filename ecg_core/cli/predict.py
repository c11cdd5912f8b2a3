"""`predict`: potassium estimates for many ECGs as one table."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecg_core.analysis import analyze
from ecg_core.cli.batch import run_batch
from ecg_core.cli.opening import open_path
from ecg_core.cli.prediction_file import PredictionFile
from ecg_core.errors import CheckpointError
from ecg_core.inference.checkpoint import load_checkpoints
from ecg_core.inference.table import predictions_table


def run(arguments: argparse.Namespace) -> int:
    """Write a row for every ECG and model; returns the exit status."""
    checkpoints = load_checkpoints(arguments.checkpoints)
    if not checkpoints:
        raise CheckpointError(
            f"There is no model in {arguments.checkpoints}. Give a folder of checkpoints with --checkpoints."
        )
    models = [checkpoint.card.name for checkpoint in checkpoints]
    with PredictionFile(arguments.out, models, resume=arguments.resume) as table:

        def step(path: Path) -> None:
            record = open_path(path, arguments)
            analysis = analyze(record, checkpoints=checkpoints)
            table.append(predictions_table(str(path), analysis.predictions))

        return run_batch(arguments.paths, step, lambda path: str(path) in table.finished)
