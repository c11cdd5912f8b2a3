"""The Lobachevsky University database: 12 leads of 10 s, every lead's P, QRS and T marked by hand.

Kalyakulina et al., IEEE Access 2020;8:186181; PhysioNet doi:10.13026/eegm-h675, ODC-BY 1.0. The first and the last
cycles of a record are not marked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ecg_core.datasets.wave_marks import WaveMarks, read_wave_marks
from ecg_core.errors import ECGError
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord

N_FOLDS = 5
_TABLE = "ludb.csv"


@dataclass(frozen=True, eq=False)
class LudbECG:
    """One record as it was recorded, with the marks of each lead and what the cardiologists called its rhythm."""

    record_id: str
    record: ECGRecord
    marks: dict[str, WaveMarks]
    rhythm: str

    @property
    def fold(self) -> int:
        """The part of the data it belongs to in cross-validation, 0 to 4; each record is of another patient."""
        return int(self.record_id) % N_FOLDS

    @property
    def fibrillates(self) -> bool:
        """Whether the rhythm is atrial fibrillation."""
        return "fibrillation" in self.rhythm.lower()

    @property
    def lacks_p(self) -> bool:
        """Whether the atria fibrillate or flutter."""
        return self.fibrillates or "flutter" in self.rhythm.lower()


def read_ludb(root: Path) -> Iterator[LudbECG]:
    """All records of a LUDB folder as PhysioNet ships it, by number. Raises ECGError when there are none."""
    folder = root / "data" if (root / "data").is_dir() else root
    paths = sorted((path for path in folder.glob("*.hea") if path.stem.isdigit()), key=lambda p: int(p.stem))
    table = root / _TABLE
    if not paths or not table.is_file():
        raise ECGError(f"{root} is not LUDB as PhysioNet ships it: it needs {_TABLE} and data/1.hea.")
    rhythms = pd.read_csv(table, index_col="ID")["Rhythms"]
    for path in paths:
        record = open_ecg(path)
        base = path.with_suffix("")
        marks = {lead: read_wave_marks(base, lead.lower(), True) for lead in record.leads}
        yield LudbECG(path.stem, record, marks, str(rhythms[int(path.stem)]).strip())
