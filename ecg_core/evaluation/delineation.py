"""How well P, QRS and T are bounded, by the rules of the papers about LUDB and the QT database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Waves
from ecg_core.evaluation.fiducials import TOLERANCE_MS, Tally, match, wave_position

WAVES = ("P", "QRS", "T")
# Points of the QT database, and where a wave lies around its QRS (for false positives only).
_QT_POINTS = {
    "P onset": ("P", ONSET),
    "P peak": ("P", PEAK),
    "P offset": ("P", OFFSET),
    "QRS onset": ("QRS", ONSET),
    "QRS offset": ("QRS", OFFSET),
    "T peak": ("T", PEAK),
    "T offset": ("T", OFFSET),
}
_QT_WINDOW_MS = {"P": (-300.0, 0.0), "T": (0.0, 500.0)}

Floats = NDArray[np.float64]
Marks = Mapping[str, Floats]  # by wave: (waves, 3) onset, peak, offset in ms, NaN where not known


def marks_ms(waves: Waves, fs_hz: float) -> dict[str, Floats]:
    """What was found in one lead, in milliseconds; waves of which nothing is known are left out.

    Positions are rounded to whole samples, as they are written to files.
    """
    found = {}
    for name, marks in zip(WAVES, (waves.p, waves.qrs, waves.t), strict=True):
        found[name] = np.rint(marks[np.isfinite(marks).any(axis=1)]) * (1000 / fs_hz)
    return found


class LeadScores:
    """LUDB: every lead is judged by its own marks. Before its first and after its last mark nothing is a false positive."""

    def __init__(self) -> None:
        names = [f"{wave} {part}" for wave in WAVES for part in ("onset", "offset")]
        self.tallies = {name: Tally() for name in [*names, *(f"{wave} found" for wave in WAVES)]}

    def add(
        self, truth: Marks, span_ms: tuple[float, float], found: Marks, tolerance_ms: float = TOLERANCE_MS
    ) -> None:
        """One lead."""
        for wave in WAVES:
            position = wave_position(found[wave])
            inside = (position >= span_ms[0]) & (position <= span_ms[1])
            for name, true_ms, found_ms in (
                (f"{wave} onset", truth[wave][:, ONSET], found[wave][:, ONSET]),
                (f"{wave} offset", truth[wave][:, OFFSET], found[wave][:, OFFSET]),
                (f"{wave} found", wave_position(truth[wave]), position),
            ):
                known = np.isfinite(found_ms)
                errors, used = match(true_ms[np.isfinite(true_ms)], found_ms[known], tolerance_ms)
                self.tallies[name].add(errors, int((~used & inside[known]).sum()))


class BestLeadScores:
    """The QT database (Martinez et al. 2004): one set of marks for all leads; each takes the lead with the smallest error.

    A false positive is a marked beat without a manual mark of the wave in which every lead shows one, so that the
    predictive value is a lower limit. Of QRS none is counted: not every beat is marked.
    """

    def __init__(self) -> None:
        self.tallies = {
            name: Tally(fp=None if wave == "QRS" else 0) for name, (wave, _) in _QT_POINTS.items()
        }

    def add(self, truth: Marks, leads: Sequence[Marks], tolerance_ms: float = TOLERANCE_MS) -> None:
        """One record."""
        beats = _known(truth["QRS"][:, PEAK])
        for name, (wave, column) in _QT_POINTS.items():
            points = _known(truth[wave][:, column])
            errors, extras = [np.full(points.size, np.nan)], []
            for lead in leads:
                rows = lead[wave][np.isfinite(lead[wave][:, column])]
                lead_errors, used = match(points, rows[:, column], tolerance_ms)
                errors.append(lead_errors)
                extras.append(wave_position(rows)[~used])
            n_extra = (
                0
                if wave == "QRS"
                else _n_shown_by_all(beats, _known(wave_position(truth[wave])), extras, wave)
            )
            self.tallies[name].add(_smallest(np.array(errors)), n_extra)


def _n_shown_by_all(beats: Floats, marked: Floats, extras: Sequence[Floats], wave: str) -> int:
    before, after = _QT_WINDOW_MS[wave]

    def near(positions: Floats) -> NDArray[np.bool_]:
        distance = np.subtract.outer(positions, beats)
        return np.asarray(((distance > before) & (distance < after)).any(axis=0))

    shown = np.full(beats.size, bool(extras))
    for lead in extras:
        shown &= near(lead)
    return int((shown & ~near(marked)).sum())


def _smallest(errors: Floats) -> Floats:
    """Of `(leads, points)` the error nearest to zero, NaN where all are."""
    size = np.where(np.isfinite(errors), np.abs(errors), np.inf)
    return np.asarray(errors[size.argmin(axis=0), np.arange(errors.shape[1])])


def _known(values: Floats) -> Floats:
    return values[np.isfinite(values)]


def p_share(leads: Iterable[Marks]) -> tuple[int, int]:
    """P waves and QRS complexes over these leads: in atrial fibrillation there should be no P."""
    counts = [(len(lead["P"]), len(lead["QRS"])) for lead in leads]
    return sum(p for p, _ in counts), sum(qrs for _, qrs in counts)
