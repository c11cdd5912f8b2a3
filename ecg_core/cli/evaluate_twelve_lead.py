"""`evaluate findings` and `evaluate age`: how good 12-lead models are on records they never saw."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ecg_core.datasets.twelve_lead import prepare_twelve_lead
from ecg_core.datasets.twelve_lead_sources import TEST_FOLD, read_labelled_ptbxl
from ecg_core.errors import ECGError
from ecg_core.evaluation.bootstrap import WithInterval
from ecg_core.evaluation.twelve_lead import TwelveLeadScores, read_table, score
from ecg_core.network_files import CARD
from ecg_core.training.twelve_lead_judge import judge
from ecg_core.twelve_lead.checkpoint import BUNDLED, EVALUATION, load_twelve_lead
from ecg_core.twelve_lead.types import FINDINGS

PREPARED = "twelve-lead-prepared"  # folder of the ECGs as these models see them
FOLD_10 = f"PTB-XL fold {TEST_FOLD}"


def run(arguments: argparse.Namespace) -> int:
    """Print the scores of each checkpoint: those kept with it, or those on fold 10 of the folder `--root`."""
    folders = arguments.checkpoints or _installed()
    for folder in folders:
        print(_describe(folder, arguments.root, arguments.runs, (arguments.task,)), end="\n\n")
    return 0


def _installed() -> list[Path]:
    folders = sorted(path.parent for path in BUNDLED.glob(f"*/{EVALUATION}"))
    folders = [folder for folder in folders if (folder / CARD).is_file()]
    if not folders:
        raise ECGError(f"There is no judged 12-lead model in {BUNDLED}. Name a checkpoint's folder.")
    return folders


def _describe(folder: Path, root: Path | None, runs: Path, tasks: Sequence[str]) -> str:
    checkpoint = load_twelve_lead(folder)
    card = checkpoint.card
    if root is None:
        dataset = str(card.results.get("dataset", FOLD_10))
        return describe(card.title, score(read_table(folder / EVALUATION)), tasks, dataset)
    tested = [ecg for ecg in read_labelled_ptbxl(root) if ecg.fold == TEST_FOLD]
    prepared = prepare_twelve_lead(tested, runs / PREPARED / "test", _tell_progress)
    return describe(card.title, score(judge(checkpoint, prepared)), tasks)


def _tell_progress(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def describe(title: str, scores: TwelveLeadScores, tasks: Sequence[str], dataset: str = FOLD_10) -> str:
    """The scores in words and columns, 95 % bootstrap intervals in brackets."""
    lines = [f"{title} on {dataset}: {scores.n_records} records"]
    if "findings" in tasks:
        lines.append(f"{'finding':<8} {'n':>4}  {'AUPRC':<22} AUROC")
        lines += [
            f"{code:<8} {scores.n_positive[code]:>4}  {_three(scores.auprc[code]):<22} {_three(scores.auroc[code])}"
            for code in FINDINGS
        ]
        lines.append(f"{'mean':<8} {'':>4}  {_three(scores.mean_auprc):<22} {_three(scores.mean_auroc)}")
    if "age" in tasks:
        lines.append(
            f"age: mean absolute error {_one(scores.age_mae)} years, bias {_one(scores.age_bias)}, r {scores.age_r:.2f}, "
            f"{scores.age_coverage:.1%} of {scores.n_ages} ages within the interval"
        )
    return "\n".join(lines)


def _three(value: WithInterval) -> str:
    return f"{value.value:.3f} [{value.low:.3f}, {value.high:.3f}]"


def _one(value: WithInterval) -> str:
    return f"{value.value:.1f} [{value.low:.1f}, {value.high:.1f}]"
