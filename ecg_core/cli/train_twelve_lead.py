"""`train findings`, `train age` and `train twelve-lead`: models over twelve leads."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from ecg_core.cli.evaluate_twelve_lead import FOLD_10, PREPARED, describe
from ecg_core.cli.progress import say
from ecg_core.datasets.twelve_lead import prepare_twelve_lead
from ecg_core.datasets.twelve_lead_sources import (
    TEST_FOLD,
    DiagnosedECG,
    read_labelled_challenge,
    read_labelled_ludb,
    read_labelled_ptbxl,
)
from ecg_core.training.twelve_lead import train_twelve_lead
from ecg_core.training.twelve_lead_judge import judge, record_results
from ecg_core.training.twelve_lead_loop import Task
from ecg_core.training.twelve_lead_recipes import twelve_lead_recipe

TASKS: dict[str, tuple[Task, ...]] = {
    "findings": ("findings",),
    "age": ("age",),
    "twelve-lead": ("findings", "age"),
}


def run(arguments: argparse.Namespace) -> int:
    """Train on folds 1 to 9 and the other sources, judge on fold 10, write the checkpoint; returns the exit status."""
    recipe, folder = twelve_lead_recipe(arguments.recipe), arguments.runs / PREPARED
    learned = [ecg for ecg in labelled_ecgs(arguments) if ecg.fold != TEST_FOLD]
    tested = [ecg for ecg in read_labelled_ptbxl(arguments.base_ecgs) if ecg.fold == TEST_FOLD]
    checkpoint = train_twelve_lead(
        recipe,
        TASKS[arguments.model],
        prepare_twelve_lead(learned, folder / "train", say),
        arguments.out,
        arguments.runs,
        arguments.seed,
        say,
    )
    if tested:
        table = judge(checkpoint, prepare_twelve_lead(tested, folder / "test", say))
        scores = record_results(checkpoint, table, FOLD_10)
        print(describe(checkpoint.card.title, scores, checkpoint.card.tasks))
    return 0


def labelled_ecgs(arguments: argparse.Namespace) -> Iterator[DiagnosedECG]:
    """The labelled ECGs of every folder that is given, one source after the other."""
    yield from read_labelled_ptbxl(arguments.base_ecgs)
    if arguments.challenge is not None:
        yield from read_labelled_challenge(arguments.challenge)
    if arguments.ludb is not None:
        yield from read_labelled_ludb(arguments.ludb)
