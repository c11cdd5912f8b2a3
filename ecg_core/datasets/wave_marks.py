"""Manual marks of waves in PhysioNet's annotation files (LUDB, QT database)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray

from ecg_core.errors import ECGError

WAVES = ("P", "QRS", "T")
_WAVE_OF_SYMBOL = {"p": "P", "t": "T", "N": "QRS", "A": "QRS", "B": "QRS", "Q": "QRS", "V": "QRS"}
# "(N)": onset, peak, offset. The peak may be marked twice, a bound may lack, and "N()" has the peak before the onset.
_WAVE = re.compile(r"(?P<onset>\(*)(?P<peak>(?P<symbol>[pNtABQV])(?P=symbol)*)(?P<offset>\(?\)+)?")


@dataclass(frozen=True, eq=False)
class WaveMarks:
    """`waves`: onset, peak, offset of every marked wave, `(waves, 3)` samples, NaN where not marked; `span`: first and last mark."""

    waves: dict[str, NDArray[np.float64]]
    span: tuple[float, float]


def read_wave_marks(path: Path, extension: str, lone_offset_means_onset_at_peak: bool) -> WaveMarks:
    """The marks in the annotation file of the record `path` (without its ending).

    Raises ECGError when the file is absent or not an annotation file.
    """
    try:
        found = wfdb.rdann(str(path), extension)
    except (OSError, ValueError, IndexError, KeyError) as error:
        raise ECGError(f"The marks of {path.name} ({extension}) cannot be read: {error}") from error
    places = np.asarray(found.sample, dtype=np.float64)
    waves: dict[str, list[list[float]]] = {wave: [] for wave in WAVES}
    for match in _WAVE.finditer("".join(found.symbol)):
        late_onset = (match["offset"] or "").startswith("(")
        first_after_peak = match.end("peak")
        onset = _middle(places[match.start() : match.start("peak")])
        peak = _middle(places[match.start("peak") : first_after_peak])
        offset = _middle(places[first_after_peak + late_onset : match.end()])
        if late_onset and np.isnan(onset):
            onset = places[first_after_peak]
        elif np.isnan(onset) and np.isfinite(offset) and lone_offset_means_onset_at_peak:
            onset = peak
        waves[_WAVE_OF_SYMBOL[match["symbol"]]].append([onset, peak, offset])
    span = (float(places[0]), float(places[-1])) if places.size else (0.0, 0.0)
    return WaveMarks({wave: np.array(rows).reshape(-1, 3) for wave, rows in waves.items()}, span)


def _middle(places: NDArray[np.float64]) -> float:
    """The whole sample in the middle of marks of the same thing."""
    return float(int(np.median(places))) if places.size else np.nan
