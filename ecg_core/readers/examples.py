"""The ECGs that come with the program, listed in `examples/examples.csv`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from ecg_core.readers.patient_facts import age_years, sex
from ecg_core.record import Patient

_FOLDER = Path(__file__).parents[2] / "examples"
_PICTURES = {".jpg", ".png", ".pdf"}


@dataclass(frozen=True)
class Example:
    """One bundled ECG; `path` is for `open_ecg`, `patient` is what its source says where the file may not, `simulated` says that it is no patient's recording."""

    key: str
    title: str
    path: Path
    description: str
    patient: Patient
    simulated: bool
    source: str
    licence: str

    @property
    def is_page(self) -> bool:
        """Whether it is a picture of a printed ECG, to be digitized."""
        return self.path.suffix in _PICTURES


def list_examples() -> tuple[Example, ...]:
    """All bundled examples, in the order in which they are to be offered."""
    with (_FOLDER / "examples.csv").open(encoding="utf-8", newline="") as index:
        return tuple(_example(row) for row in csv.DictReader(index))


def _example(row: dict[str, str]) -> Example:
    return Example(
        key=row["key"],
        title=row["title"],
        path=_FOLDER / row["file"],
        description=row["description"],
        patient=Patient(age_years=age_years(row["age_years"]), sex=sex(row["sex"])),
        simulated=row["simulated"] == "true",
        source=row["source"],
        licence=row["licence"],
    )
