"""`evaluate`: measures of estimates against the truth, printed as tables."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import pandas as pd

from ecg_core.errors import CheckpointError, ECGError
from ecg_core.evaluation.metrics import per_range, range_coverage, summarize
from ecg_core.evaluation.report import COLUMNS, summary_table
from ecg_core.evaluation.table import read_evaluation
from ecg_core.inference.card import read_card
from ecg_core.inference.checkpoint import CARD, EVALUATION


def run(arguments: argparse.Namespace) -> int:
    """Print the measures of each table; returns the exit status."""
    if arguments.table and arguments.checkpoints:
        raise ECGError("Give either checkpoints or --table, not both.")
    if arguments.table:
        print(describe(arguments.table.name, read_evaluation(arguments.table)))
        return 0
    folders = arguments.checkpoints or sorted(path.parent for path in arguments.installed.glob(f"*/{CARD}"))
    if not folders:
        raise CheckpointError(f"There is no model in {arguments.installed}. Name a checkpoint's folder.")
    print("\n\n".join(_describe_checkpoint(folder) for folder in folders))
    return 0


def _describe_checkpoint(folder: Path) -> str:
    card = read_card(folder / CARD)
    datasets = ", ".join(result.dataset for result in card.results)
    title = f"{card.title} ({card.name}){f' on {datasets}' if datasets else ''}"
    return describe(title, read_evaluation(folder / EVALUATION))


def describe(title: str, table: pd.DataFrame) -> str:
    """The measures of one table in words and columns, with what the records were."""
    overall = summary_table(summarize(table))
    parts = [title, "=" * len(title), _origin(table), "", _overall(overall), "", _ranges(per_range(table))]
    parts += ["", "How often the interval held the truth", _coverage(range_coverage(table))]
    return "\n".join(parts)


def _coverage(held: pd.DataFrame) -> str:
    names = {
        "range": "true K",
        "coverage_low": "95 % from",
        "coverage_high": "to",
        "width_meq_l": "mean width",
    }
    return held.rename(columns=names).to_string(index=False, na_rep="-", float_format="{:.2f}".format)


def _origin(table: pd.DataFrame) -> str:
    n_simulated = int(table["simulated"].sum())
    kinds = {"SIMULATED": n_simulated, "real": len(table) - n_simulated}
    said = " and ".join(f"{n:,} {kind}" for kind, n in kinds.items() if n)
    return (
        f"Measured on {said} ECGs. Potassium in mEq/L; in brackets, 95 % bootstrap intervals over patients."
    )


def _overall(overall: pd.DataFrame) -> str:
    width = int(overall["measure"].str.len().max())
    columns = (overall[name].tolist() for name in COLUMNS)
    return "\n".join(
        f"{measure:<{width}}  {_number(value)}{_interval(low, high)} {unit}".rstrip()
        for measure, value, low, high, unit in zip(*columns, strict=True)
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value.is_integer() else f"{value:.3f}"


def _interval(low: float, high: float) -> str:
    return "" if math.isnan(low) else f" [{low:.3f}, {high:.3f}]"


def _ranges(ranges: pd.DataFrame) -> str:
    names = {
        "range": "true K",
        "mae_meq_l": "MAE",
        "mae_of_mean_meq_l": "MAE of the mean",
        "bias_meq_l": "bias",
    }
    return ranges.rename(columns=names).to_string(index=False, na_rep="-", float_format="{:.2f}".format)
