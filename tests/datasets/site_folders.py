"""Folders as sites have them, of bundled example ECGs. Every potassium value in them is made up."""

import shutil
from pathlib import Path

import pandas as pd

from ecg_core.readers.examples import list_examples

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
