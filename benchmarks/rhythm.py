"""How often each rhythm fact is found in ECGs with the diagnosis, and how often it stays quiet in the others.

    python -m benchmarks.rhythm --ptbxl DIR

PTB-XL as PhysioNet ships it, folds 1 to 9 only: the labels of fold 10 are not read.
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from ecg_core.annotation.annotate import annotate
from ecg_core.filtering.pipeline import filter_record
from ecg_core.readers import open_ecg
from ecg_core.record import complete_limb_leads
from ecg_core.rhythm.facts import rhythm_facts

# Fact: the diagnoses it stands for, and those with which an ECG is left out.
DIAGNOSES = {
    "irregular": ({"SARRH", "AFIB"}, {"PVC", "PAC", "AFLT"}),
    "no_p_waves": ({"AFIB", "AFLT"}, {"PACE"}),
    "fibrillation": ({"AFIB"}, {"AFLT", "PACE"}),
    "wide_qrs": ({"CLBBB", "CRBBB"}, {"PACE"}),
    "bradycardia": ({"SBRAD"}, {"AFIB", "AFLT"}),
    "tachycardia": ({"STACH"}, {"AFIB", "AFLT"}),
    "paced": ({"PACE"}, set[str]()),
    "ectopic_beats": ({"PVC", "PAC"}, {"AFIB", "AFLT"}),
    "ventricular": ({"PVC"}, set[str]()),
}
FOLD_10 = 10


def facts_and_codes(root: Path) -> Iterator[tuple[dict[str, bool | None], set[str]]]:
    """Of each ECG whose file is there: what was found, and its SCP codes."""
    table = pd.read_csv(root / "ptbxl_database.csv", usecols=["scp_codes", "strat_fold", "filename_hr"])
    for row in table[table["strat_fold"] != FOLD_10].itertuples():
        path = root / f"{row.filename_hr}.hea"
        if path.is_file():
            record = complete_limb_leads(open_ecg(path))
            filtered = filter_record(record).record
            rhythm = rhythm_facts(record, filtered, annotate(filtered))
            found: dict[str, bool | None] = {fact.key: fact.found for fact in rhythm.facts}
            found["ventricular"] = bool(rhythm.ventricular.any())
            yield found, set(ast.literal_eval(str(row.scp_codes)))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ptbxl", type=Path, required=True)
    ecgs = list(facts_and_codes(parser.parse_args().ptbxl))
    print("| fact | found with the diagnosis | quiet without |\n|---|---|---|")
    for key, (diagnoses, left_out) in DIAGNOSES.items():
        judged = [
            (found[key], bool(codes & diagnoses))
            for found, codes in ecgs
            if found[key] is not None and not codes & left_out
        ]
        ill = [found for found, has in judged if has]
        well = [found for found, has in judged if not has]
        print(f"| {key} | {sum(map(bool, ill))} of {len(ill)} | {well.count(False)} of {len(well)} |")


if __name__ == "__main__":
    main()
