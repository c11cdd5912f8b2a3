"""`evaluate`: measures of estimates against the truth, printed as tables."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecg_core.cli.potassium_report import Shares, potassium_report, shares_of
from ecg_core.errors import CheckpointError, ECGError
from ecg_core.evaluation.subgroups import groups_of_table
from ecg_core.evaluation.table import read_evaluation
from ecg_core.inference.card import read_card
from ecg_core.inference.checkpoint import CARD, EVALUATION


def run(arguments: argparse.Namespace) -> int:
    """Print the measures of each table; returns the exit status."""
    if arguments.table and arguments.checkpoints:
        raise ECGError("Give either checkpoints or --table, not both.")
    shares = shares_of(arguments.prevalence)
    if arguments.table:
        print(_report(arguments.table.name, arguments.table, shares))
        return 0
    folders = arguments.checkpoints or sorted(path.parent for path in arguments.installed.glob(f"*/{CARD}"))
    if not folders:
        raise CheckpointError(f"There is no model in {arguments.installed}. Name a checkpoint's folder.")
    print("\n\n\n".join(_checkpoint_report(folder, shares) for folder in folders))
    return 0


def _checkpoint_report(folder: Path, shares: Shares) -> str:
    card = read_card(folder / CARD)
    datasets = ", ".join(result.dataset for result in card.results)
    title = f"{card.title} ({card.name}){f' on {datasets}' if datasets else ''}"
    return _report(title, folder / EVALUATION, shares)


def _report(title: str, path: Path, shares: Shares) -> str:
    table = read_evaluation(path)
    return potassium_report(title, table, shares, groups_of_table(table))
