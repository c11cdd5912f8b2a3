"""12-lead models on PTB-XL's fold 10: every installed one, beside rules over single measurements and published marks.

python -m benchmarks.twelve_lead --ptbxl DIR
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ecg_core.cli.evaluate_twelve_lead import describe
from ecg_core.datasets.twelve_lead import PreparedTwelveLead, prepare_twelve_lead
from ecg_core.datasets.twelve_lead_sources import TEST_FOLD, read_labelled_ptbxl
from ecg_core.evaluation.bootstrap import bootstrap_interval, weighted_auc
from ecg_core.evaluation.twelve_lead import score, weighted_auprc
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.predict import AnnotatedECG
from ecg_core.network_files import WEIGHTS
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.training.twelve_lead_judge import judge
from ecg_core.twelve_lead.answer import answer
from ecg_core.twelve_lead.checkpoint import BUNDLED, TwelveLeadCheckpoint
from ecg_core.twelve_lead.facts import FACTS
from ecg_core.twelve_lead.installed import load_installed
from ecg_core.twelve_lead.types import FINDINGS, FindingCode

# xresnet1d101 trained on 17,000 records of folds 1 to 8: AUPRC, with the mean AUROC .983 and an age MAE of about 8 years.
PUBLISHED_AUPRC: dict[FindingCode, float] = {
    "1AVB": 0.62,
    "CRBBB": 0.86,
    "CLBBB": 0.91,
    "SBRAD": 0.58,
    "AFIB": 0.92,
    "STACH": 0.91,
}
_RUNS = 20


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, required=True)
    parser.add_argument("--prepared", type=Path, default=Path("runs", "twelve-lead-prepared", "test"))
    arguments = parser.parse_args()
    torch.set_num_threads(2)
    tested = [ecg for ecg in read_labelled_ptbxl(arguments.ptbxl) if ecg.fold == TEST_FOLD]
    prepared = prepare_twelve_lead(tested, arguments.prepared)
    for checkpoint in load_installed(BUNDLED):
        print(describe(checkpoint.card.title, score(judge(checkpoint, prepared)), checkpoint.card.tasks))
        megabytes = (checkpoint.folder / WEIGHTS).stat().st_size / 1e6
        print(f"{megabytes:.1f} MB, {answer_ms(checkpoint):.1f} ms per annotated ECG\n")
    print(rules(prepared))


def answer_ms(checkpoint: TwelveLeadCheckpoint) -> float:
    """The median time of one answer for an ECG that is filtered and annotated already."""
    record = open_ecg(next(item.path for item in list_examples() if item.key == "normal"))
    filtered = filter_record(record).record
    ecg = AnnotatedECG.as_trained(filtered, assess_quality(record, filtered))
    spent = []
    for _ in range(_RUNS):
        started = time.perf_counter()
        answer(ecg, checkpoint)
        spent.append(time.perf_counter() - started)
    return float(1000 * np.median(spent))


def rules(prepared: PreparedTwelveLead) -> str:
    """What one measurement alone says of each finding, and the error of always answering the mean age."""
    rows = np.arange(len(prepared))
    lines = [f"{'finding':<8} {'rule AUPRC':<22} {'rule AUROC':<22} published AUPRC"]
    for column, (code, value) in enumerate(rule_scores(prepared).items()):
        positive = prepared.findings[:, column] > 0.5
        found = [bootstrap_interval(of(positive, value), rows) for of in (weighted_auprc, weighted_auc)]
        words = [f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in found]
        lines.append(f"{code:<8} {words[0]:<22} {words[1]:<22} {PUBLISHED_AUPRC[code]:.2f}")
    age = prepared.age_years[np.isfinite(prepared.age_years)]
    lines.append(
        f"always the median age: mean absolute error {np.abs(age - np.median(age)).mean():.1f} years"
    )
    return "\n".join(lines)


def rule_scores(prepared: PreparedTwelveLead) -> dict[FindingCode, NDArray[np.float64]]:
    """PR, the width of the QRS, rate, and the disorder of RR intervals without P waves; what is not known counts least."""
    facts = dict(zip(FACTS, prepared.facts.astype(np.float64).T, strict=True))
    values = (
        facts["pr_ms"],
        facts["qrs_ms"],
        facts["qrs_ms"],
        -facts["rate_bpm"],
        facts["rr_chaos_percent"] * (1 - facts["p_share"]),
        facts["rate_bpm"],
    )
    known = (np.nan_to_num(value, nan=np.nanmin(value) - 1) for value in values)
    return dict(zip(FINDINGS, known, strict=True))


if __name__ == "__main__":
    main()
