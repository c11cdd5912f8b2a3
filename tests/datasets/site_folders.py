"""Folders as sites have them, of bundled example ECGs. Every potassium value in them is made up."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ecg_core.annotation.annotate import annotate
from ecg_core.filtering.pipeline import filter_record
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.simulation.effects import TYPICAL_PATIENT
from ecg_core.simulation.simulate import simulate_potassium
from ecg_core.writers import write_wfdb

EXAMPLES = {example.key: example.path for example in list_examples()}
KEYS = ("normal", "atrial_fibrillation", "left_bundle_branch_block", "bifascicular_block")


def copy_example(key: str, folder: Path, name: str) -> None:
    """The WFDB pair of an example (all of `KEYS` are such pairs) under its own name in `folder / name`."""
    target = folder / name
    target.mkdir(parents=True, exist_ok=True)
    for suffix in (".hea", ".dat"):
        shutil.copy(EXAMPLES[key].with_suffix(suffix), target)


def site_rows() -> pd.DataFrame:
    """Four ECGs of three patients; the third has only a range."""
    files = [f"ecgs/{number}/{EXAMPLES[key].name}" for number, key in enumerate(KEYS)]
    return pd.DataFrame(
        {
            "file": files,
            "patient": ["a", "b", "c", "a"],
            "ecg_time": ["2026-01-31 14:05", "2026-02-01 08:00", "2026-02-02 23:50", "2026-03-01T12:00:30"],
            "k_meq_l": ["4.1", "6.3", "", "2.9"],
            "k_low": ["", "", "8.0", ""],
            "k_high": ["", "", "", ""],
            "k_time": ["2026-01-31 14:25", "2026-02-01 07:30", "2026-02-03 00:10", "2026-03-01T12:00:30"],
            "age": ["60", "", "69", "60.5"],
            "sex": ["F", "male", "w", ""],
            "rhythm": ["sinus", "atrial fibrillation", "sinus", "sinus"],
        }
    )


def write_site(root: Path, rows: pd.DataFrame | None = None, **csv: object) -> Path:
    """The ECGs and their manifest; returns the manifest."""
    for number, key in enumerate(KEYS):
        copy_example(key, root / "ecgs", str(number))
    path = root / "manifest.csv"
    (site_rows() if rows is None else rows).to_csv(path, index=False, **csv)
    return path


def write_simulated_site(root: Path, n_of_split: Mapping[str, int]) -> Path:
    """A site with many ECGs, all SIMULATED over one example and marked so: leads II and V5, three classes in turn.

    The third of every part is of the patient of the second; each part ends with an ECG of which only a range is known.
    """
    base = filter_record(open_ecg(EXAMPLES["normal"])).record
    annotation = annotate(base)
    rng = np.random.default_rng(0)
    rows = []
    for split, n in n_of_split.items():
        for number in range(n + 1):
            k_meq_l = round(float(rng.uniform(*((2.2, 3.4), (3.8, 5.2), (6.0, 9.0))[number % 3])), 2)
            record = simulate_potassium(base, annotation, k_meq_l, rng, TYPICAL_PATIENT, unrelated=False)
            path = write_wfdb(record.select(["II", "V5"]), root / "ecgs", f"{split}_{number:03d}")
            is_value = number < n
            rows.append(
                {
                    "file": path.relative_to(root),
                    "patient": f"{split}-{1 if number == 2 else number}",
                    "ecg_time": "2026-01-31 14:00",
                    "k_time": "2026-01-31 14:10",
                    "k_meq_l": k_meq_l if is_value else "",
                    "k_low": "" if is_value else k_meq_l,
                    "split": split,
                }
            )
    pd.DataFrame(rows).to_csv(root / "manifest.csv", index=False)
    return root / "manifest.csv"
