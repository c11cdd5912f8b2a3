"""How often each sign is present: in ECGs as recorded, and in ECGs with simulated potassium effects.

    python -m benchmarks.signs --ptbxl DIR [--n 100] [--workers 2]

PTB-XL as PhysioNet ships it, the files of folds 1 to 9 that are there; their potassium is not known and in most of
them surely normal. Each is measured as it was recorded, and once in each of five simulated classes, other causes and
noise included. Prints the table of docs/signs.md: of the ECGs in which a sign could be measured, how many have it.
About 0.7 s of one core for each ECG of PTB-XL.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from ecg_core.annotation.annotate import annotate
from ecg_core.datasets.base_ecg import BaseECG, read_bases
from ecg_core.datasets.processes import mapped
from ecg_core.errors import SignalError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.measurements.measure import measure
from ecg_core.record import ECGRecord
from ecg_core.rhythm.facts import rhythm_facts
from ecg_core.rules.signs import find_signs
from ecg_core.rules.types import Sign
from ecg_core.simulation.simulate import simulate_potassium

CLASSES_MEQ_L = {
    "2.0-2.5": (2.0, 2.5),
    "2.5-3.5": (2.5, 3.5),
    "3.5-5.5": (3.5, 5.5),
    "5.5-6.5": (5.5, 6.5),
    "6.5-9.5": (6.5, 9.5),
}
AS_RECORDED = "as recorded"
GROUPS = (AS_RECORDED, *CLASSES_MEQ_L)
FOLD_10 = "train"  # of the simulation's bases; left out here

Row = dict[str, object]


def rows_of(base: BaseECG, seed: int) -> list[Row]:
    """A row for each sign of the ECG as recorded and in each class; without classes where it cannot carry the simulation."""
    filtered = filter_record(base.record).record
    annotation = annotate(filtered)
    signs = find_signs(
        filtered, measure(annotation, filtered), rhythm_facts(base.record, filtered, annotation)
    )
    rows = _rows(base, AS_RECORDED, signs)
    rng = np.random.default_rng([seed, *base.record_id.encode()])
    for name, (low, high) in CLASSES_MEQ_L.items():
        try:
            simulated = simulate_potassium(filtered, annotation, rng.uniform(low, high), rng)
        except SignalError:
            break
        rows += _rows(base, name, _signs_of(simulated))
    return rows


def _signs_of(record: ECGRecord) -> tuple[Sign, ...]:
    filtered = filter_record(record).record
    annotation = annotate(filtered)
    return find_signs(filtered, measure(annotation, filtered), rhythm_facts(record, filtered, annotation))


def _rows(base: BaseECG, made: str, signs: Sequence[Sign]) -> list[Row]:
    return [
        {
            "ecg": base.record_id,
            "made": made,
            "sign": sign.rule.name,
            "present": sign.present,
            "danger": sign.danger,
        }
        for sign in signs
    ]


def table(found: pd.DataFrame) -> str:
    """The rows of all ECGs as a table in Markdown: a line for each sign, and one for any danger sign."""
    lines = ["| sign | " + " | ".join(GROUPS) + " |", "|---" * (len(GROUPS) + 1) + "|"]
    for name, of_sign in found.groupby("sign", sort=False):
        present = of_sign.set_index("made")["present"].dropna().astype(bool)
        lines.append(_line(str(name), present))
    any_danger = found.groupby(["made", "ecg"])["danger"].any().droplevel("ecg")
    lines.append(_line("**any danger sign**", any_danger))
    return "\n".join(lines)


def _line(name: str, present: pd.Series) -> str:
    """`present` says it of each ECG in which it is known, indexed by how the ECG was made."""
    by_group = present.groupby(level=0)
    share, n = by_group.mean(), by_group.size()
    cells = [f"{share[group]:.1%} of {n[group]}" if group in n else "not measured" for group in GROUPS]
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ptbxl", type=Path, required=True, metavar="DIR")
    parser.add_argument("--n", type=int, help="at most so many ECGs of PTB-XL (default: all)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    bases = (base for base in read_bases(arguments.ptbxl) if base.split != FOLD_10)
    chosen = islice(bases, arguments.n)
    rows = [row for rows in mapped(rows_of, chosen, arguments.workers, arguments.seed) for row in rows]
    print(table(pd.DataFrame(rows)))


if __name__ == "__main__":
    main()
