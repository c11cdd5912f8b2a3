"""How often each sign is present: in ECGs as recorded, and in ECGs with simulated potassium effects.

    python -m benchmarks.signs --ptbxl DIR

PTB-XL as PhysioNet ships it, the files of folds 1 to 9 that are there; their potassium is not known and in most of
them surely normal. Each is measured as it was recorded, and once in each of four simulated classes, other causes and
noise included. Prints the table of docs/signs.md: of the ECGs in which a sign could be measured, how many have it.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ecg_core.annotation.annotate import annotate
from ecg_core.datasets.base_ecg import read_bases
from ecg_core.errors import SignalError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.measurements.measure import measure
from ecg_core.record import ECGRecord
from ecg_core.rhythm.facts import rhythm_facts
from ecg_core.rules.signs import find_signs
from ecg_core.rules.types import Sign
from ecg_core.simulation.simulate import simulate_potassium

CLASSES_MEQ_L = {"2.0-3.0": (2.0, 3.0), "3.5-5.5": (3.5, 5.5), "5.5-6.5": (5.5, 6.5), "7.0-9.0": (7.0, 9.0)}
AS_RECORDED = "as recorded"
FOLD_10 = "train"  # of the simulation's bases; left out here


def signs_of(record: ECGRecord, filtered: ECGRecord) -> tuple[Sign, ...]:
    """All signs of a record with what they rest on measured anew."""
    annotation = annotate(filtered)
    return find_signs(filtered, measure(annotation, filtered), rhythm_facts(record, filtered, annotation))


def rows(root: Path, every: int, seed: int) -> Iterator[tuple[str, Sequence[Sign]]]:
    """The signs of every ECG by how it was made: as recorded, or a class of `CLASSES_MEQ_L`."""
    rng = np.random.default_rng(seed)
    bases = (base for base in read_bases(root) if base.split != FOLD_10)
    for number, base in enumerate(bases):
        filtered = filter_record(base.record).record
        yield AS_RECORDED, signs_of(base.record, filtered)
        if number % every:
            continue
        annotation = annotate(filtered)
        for name, (low, high) in CLASSES_MEQ_L.items():
            try:
                simulated = simulate_potassium(filtered, annotation, rng.uniform(low, high), rng)
            except SignalError:
                break
            yield name, signs_of(simulated, filter_record(simulated).record)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ptbxl", type=Path, required=True)
    parser.add_argument("--every", type=int, default=2, help="simulate over every nth ECG")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    found = pd.DataFrame(
        {"made": made, "sign": sign.rule.name, "present": sign.present, "danger": sign.danger}
        for made, signs in rows(arguments.ptbxl, arguments.every, arguments.seed)
        for sign in signs
    )
    groups = [AS_RECORDED, *CLASSES_MEQ_L]
    print("| sign | " + " | ".join(groups) + " |\n" + "|---" * (len(groups) + 1) + "|")
    for name, of_sign in found.groupby("sign", sort=False):
        cells = [_share(of_sign.loc[of_sign["made"] == group, "present"]) for group in groups]
        print(f"| {name} | " + " | ".join(cells) + " |")
    dangerous = found.assign(ecg=found.groupby("sign").cumcount()).groupby(["made", "ecg"])["danger"].any()
    of_ecgs = [dangerous.xs(group, level="made") for group in groups]
    cells = [f"{of_group.mean():.1%} of {of_group.size}" for of_group in of_ecgs]
    print("| **any danger sign** | " + " | ".join(cells) + " |")


def _share(present: pd.Series) -> str:
    known = present.dropna().astype(bool)
    return f"{known.mean():.1%} of {known.size}" if known.size else "not measured"


if __name__ == "__main__":
    main()
