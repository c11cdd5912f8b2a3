"""`evaluate potassium --manifest`: the models over a site's ECGs with laboratory potassium, as tables and a report."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ecg_core.analysis import analyze
from ecg_core.cli.batch import run_batch
from ecg_core.cli.potassium_report import Shares, shares_of
from ecg_core.cli.site_answers import Answer, AnswerFile, answer
from ecg_core.cli.site_manifest import describe, manifest_of
from ecg_core.cli.site_report import model_report, site_table
from ecg_core.datasets.site_ecg import SiteECG
from ecg_core.errors import CheckpointError, ECGError
from ecg_core.evaluation.table import write_evaluation
from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import Checkpoint, load_checkpoint, load_checkpoints

ANSWERS, ALL_ROWS, REPORT = "answers.jsonl", "ecgs.csv", "report.txt"


def run(arguments: argparse.Namespace) -> int:
    """Write answers, tables and report; returns the exit status, 1 when some ECG could not be read."""
    if arguments.table or arguments.out is None:
        raise ECGError("With --manifest give --out, the folder for the results, and no --table.")
    shares = shares_of(arguments.prevalence)
    checkpoints = _checkpoints(arguments)
    manifest = manifest_of(arguments)
    by_path = {ecg.path: ecg for ecg in manifest.ecgs}
    models = {checkpoint.card.name: checkpoint.card.sha256 for checkpoint in checkpoints}
    with AnswerFile(arguments.out / ANSWERS, models, resume=arguments.resume) as file:

        def step(path: Path) -> None:
            ecg = by_path[path]
            file.append(ecg.record_id, answer(analyze(ecg.read(), checkpoints=checkpoints)))

        status = run_batch(
            [str(path) for path in by_path], step, lambda p: by_path[p].record_id in file.answers
        )
        answers = file.answers
    report = _report(checkpoints, manifest.ecgs, answers, arguments, shares)
    (arguments.out / REPORT).write_text(report + "\n", encoding="utf-8")
    print(report)
    return status


def _checkpoints(arguments: argparse.Namespace) -> Sequence[Checkpoint]:
    if arguments.checkpoints:
        return [load_checkpoint(folder) for folder in arguments.checkpoints]
    found = load_checkpoints(arguments.installed)
    if not found:
        raise CheckpointError(f"There is no model in {arguments.installed}. Name a checkpoint's folder.")
    return found


def _report(
    checkpoints: Sequence[Checkpoint],
    ecgs: Sequence[SiteECG],
    answers: Mapping[str, Answer],
    arguments: argparse.Namespace,
    shares: Shares,
) -> str:
    """The report; the tables are written on the way."""
    n_unread = sum(ecg.record_id not in answers for ecg in ecgs)
    parts = [f"{arguments.manifest.name}\n{describe(ecgs)}"]
    parts += [f"{n_unread:,} of these ECGs could not be read and are in no figure below."] if n_unread else []
    tables = []
    for checkpoint in checkpoints:
        card = checkpoint.card
        only_test = arguments.part == "test" or (arguments.part is None and _met_real_labels(card))
        table = site_table(card.name, [e for e in ecgs if e.split == "test" or not only_test], answers)
        title = f"{card.title} ({card.name}){', test part only' if only_test else ''}"
        if table.empty:
            parts.append(f"{title}: no ECG to measure on.")
            continue
        tables.append(table)
        values = table[table["k_true_meq_l"].notna()]
        if not values.empty:
            write_evaluation(values, arguments.out / f"{card.name}.parquet")
        parts.append(model_report(title, table, sorted(ecgs[0].groups), shares))
    if tables:
        pd.concat(tables).to_csv(arguments.out / ALL_ROWS, index=False)
    return "\n\n".join(parts)


def _met_real_labels(card: Card) -> bool:
    """Whether the model learned from, or was calibrated on, real ECGs with laboratory values: perhaps these."""
    return not card.trained_on.simulated or any(not result.simulated for result in card.results)
