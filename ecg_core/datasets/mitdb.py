"""The MIT-BIH Arrhythmia Database: two leads of half an hour at 360 Hz, every beat marked.

Moody & Mark, IEEE Eng Med Biol 2001;20:45; PhysioNet doi:10.13026/C2F305. Other databases whose beats stand in `.atr`
files of the same codes are read the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray

from ecg_core.errors import ECGError
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord

_EXTENSION = "atr"
_BEATS = tuple("NLRBAaJSVrFejnE/fQ?")  # AAMI EC57
_FLUTTER_BEGINS, _FLUTTER_ENDS = "[", "]"


@dataclass(frozen=True, eq=False)
class MitdbECG:
    """One record; `beats` in samples, `flutter` start and stop of ventricular flutter, in which beats are not marked."""

    record_id: str
    record: ECGRecord
    beats: NDArray[np.float64]
    flutter: tuple[tuple[float, float], ...]


def read_mitdb(root: Path) -> Iterator[MitdbECG]:
    """All records of a folder as PhysioNet ships it, by name. Raises ECGError when there are none."""
    paths = sorted(path for path in root.glob("*.hea") if path.with_suffix(f".{_EXTENSION}").is_file())
    if not paths:
        raise ECGError(f"{root} holds no records with beats marked in .{_EXTENSION} files beside them.")
    for path in paths:
        marks = wfdb.rdann(str(path.with_suffix("")), _EXTENSION)
        places, symbols = np.asarray(marks.sample, dtype=np.float64), np.array(marks.symbol)
        flutter = zip(places[symbols == _FLUTTER_BEGINS], places[symbols == _FLUTTER_ENDS], strict=False)
        yield MitdbECG(path.stem, open_ecg(path), places[np.isin(symbols, _BEATS)], tuple(flutter))
