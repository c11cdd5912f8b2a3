"""The QT database: two leads of 15 minutes at 250 Hz, at least 30 beats of each marked by hand.

Laguna et al., Computers in Cardiology 1997;24:673; PhysioNet doi:10.13026/C24K53.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ecg_core.datasets.wave_marks import WaveMarks, read_wave_marks
from ecg_core.errors import ECGError
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord

EXTENSION = "q1c"  # the first cardiologist


@dataclass(frozen=True, eq=False)
class QtdbECG:
    """One record with the marks, which were set on both leads together."""

    record_id: str
    record: ECGRecord
    marks: WaveMarks


def is_qtdb(root: Path) -> bool:
    """Whether a folder holds marks of the QT database."""
    return any(root.glob(f"*.{EXTENSION}"))


def read_qtdb(root: Path) -> Iterator[QtdbECG]:
    """All records of a QT database folder as PhysioNet ships it, by name. Raises ECGError when there are none."""
    paths = sorted(path for path in root.glob("*.hea") if path.with_suffix(f".{EXTENSION}").is_file())
    if not paths:
        raise ECGError(
            f"{root} is not the QT database as PhysioNet ships it: it holds no .{EXTENSION} files."
        )
    for path in paths:
        yield QtdbECG(path.stem, open_ecg(path), read_wave_marks(path.with_suffix(""), EXTENSION, False))
