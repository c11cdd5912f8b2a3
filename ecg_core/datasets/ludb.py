"""The Lobachevsky University database: 12 leads of 10 s, every lead's P, QRS and T marked by hand.

Kalyakulina et al., IEEE Access 2020;8:186181; PhysioNet doi:10.13026/eegm-h675, ODC-BY 1.0. The first and the last
cycles of a record are not marked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.datasets.wave_marks import WaveMarks, read_wave_marks
from ecg_core.errors import ECGError
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord

N_FOLDS = 5
_TABLE = "ludb.csv"
_UNUSUAL = (
    "fibrillation",
    "flutter",
    "pacing",
    "p-synchrony",
    "ventricular extrasystole",
    "iii degree av-block",
)


@dataclass(frozen=True, eq=False)
class LudbECG:
    """One record as it was recorded, with the marks of each lead, and what cardiologists called its rhythm and all they found."""

    record_id: str
    record: ECGRecord
    marks: dict[str, WaveMarks]
    rhythm: str
    findings: str

    def truth_ms(self, lead: str) -> tuple[dict[str, NDArray[np.float64]], tuple[float, float]]:
        """Marks of a lead by wave, `(waves, 3)`, and first and last mark, in milliseconds."""
        to_ms = 1000 / self.record.fs_hz
        marks = self.marks[lead]
        first, last = marks.span
        return {wave: rows * to_ms for wave, rows in marks.waves.items()}, (first * to_ms, last * to_ms)

    @property
    def fold(self) -> int:
        """The part of the data it belongs to in cross-validation, 0 to 4; each record is of another patient."""
        return int(self.record_id) % N_FOLDS

    @property
    def fibrillates(self) -> bool:
        """Whether the rhythm is atrial fibrillation."""
        return "fibrillation" in self.rhythm.lower()

    @property
    def is_unusual(self) -> bool:
        """Whether its waves are of a kind that few of the records show: no P, paced, ventricular, or beating apart from P."""
        return any(word in self.findings.lower() for word in _UNUSUAL)


def ludb_records(root: Path) -> list[Path]:
    """The headers of a LUDB folder as PhysioNet ships it, by number. Raises ECGError when there are none."""
    folder = root / "data" if (root / "data").is_dir() else root
    paths = sorted((path for path in folder.glob("*.hea") if path.stem.isdigit()), key=lambda p: int(p.stem))
    if not paths or not (root / _TABLE).is_file():
        raise ECGError(f"{root} is not LUDB as PhysioNet ships it: it needs {_TABLE} and data/1.hea.")
    return paths


def read_ludb(root: Path) -> Iterator[LudbECG]:
    """All records of a LUDB folder with their marks, by number. Raises ECGError when there are none."""
    paths = ludb_records(root)
    table = pd.read_csv(root / _TABLE, index_col="ID", dtype={"ID": int}, keep_default_na=False)
    findings = table.to_dict("index")
    for path in paths:
        record = open_ecg(path)
        base = path.with_suffix("")
        marks = {lead: read_wave_marks(base, lead.lower(), True) for lead in record.leads}
        row = {name: str(value).strip() for name, value in findings[int(path.stem)].items()}
        yield LudbECG(path.stem, record, marks, row["Rhythms"], "\n".join(row.values()))
