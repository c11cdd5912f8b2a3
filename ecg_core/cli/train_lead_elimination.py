"""`train lead-elimination`: Recursive Lead Elimination for findings and for ECG age."""

from __future__ import annotations

import argparse

from ecg_core.cli.evaluate_lead_elimination import describe
from ecg_core.cli.evaluate_twelve_lead import PREPARED
from ecg_core.cli.progress import say
from ecg_core.cli.train_twelve_lead import labelled_ecgs
from ecg_core.datasets.digest import digest
from ecg_core.datasets.twelve_lead import prepare_twelve_lead
from ecg_core.datasets.twelve_lead_sources import TEST_FOLD
from ecg_core.errors import ECGError
from ecg_core.training.lead_elimination import write_curves


def run(arguments: argparse.Namespace) -> int:
    """Eliminate leads by folds 1 to 9, draw up the curve on fold 10, write it to the folder `--out`; returns the exit status."""
    ecgs = list(labelled_ecgs(arguments))
    learned = [ecg for ecg in ecgs if ecg.fold != TEST_FOLD]
    tested = [ecg for ecg in ecgs if ecg.fold == TEST_FOLD]
    if not learned or not tested:
        raise ECGError(f"Records of fold {TEST_FOLD} and of other folds are needed. Give more of PTB-XL.")
    curves = write_curves(
        prepare_twelve_lead(learned, arguments.runs / PREPARED / "train", say),
        prepare_twelve_lead(tested, arguments.runs / PREPARED / "test", say),
        arguments.out,
        arguments.runs / f"{arguments.out.name}-{digest([ecg.record_id for ecg in ecgs], arguments.seed)}",
        arguments.seed,
        say,
    )
    print(describe(curves))
    return 0
