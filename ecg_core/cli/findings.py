"""`findings`: rhythm, conduction and ECG age of many ECGs as one table."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecg_core.analysis import analyze, annotated_ecg
from ecg_core.cli.batch import run_batch
from ecg_core.cli.opening import open_path
from ecg_core.cli.prediction_file import PredictionFile
from ecg_core.twelve_lead.answer import answer
from ecg_core.twelve_lead.installed import first_to_answer, load_installed
from ecg_core.twelve_lead.table import COLUMNS, answer_table


def run(arguments: argparse.Namespace) -> int:
    """Write a row for every ECG; returns the exit status."""
    checkpoints = load_installed(arguments.checkpoints)
    with PredictionFile(arguments.out, (), resume=arguments.resume, columns=COLUMNS) as table:

        def step(path: Path) -> None:
            analysis = analyze(open_path(path, arguments))
            checkpoint = first_to_answer(checkpoints, analysis.record.leads)
            table.append(answer_table(str(path), answer(annotated_ecg(analysis), checkpoint)))

        return run_batch(arguments.paths, step, lambda path: str(path) in table.finished)
