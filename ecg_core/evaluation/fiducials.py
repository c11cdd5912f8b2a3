"""Found marks against manual ones: who belongs to whom, and the counts and errors that follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

TOLERANCE_MS = 150.0  # AAMI EC57, and the papers about LUDB
COLUMNS = ("mark", "se", "ppv", "f1", "mean_ms", "sd_ms", "tp", "fp", "fn")

Floats = NDArray[np.float64]


@dataclass
class Tally:
    """Counts and errors (found minus manual) of one kind of mark over many records.

    `fp` None: what was found beside the manual marks cannot be called wrong.
    """

    fn: int = 0
    fp: int | None = 0
    errors_ms: list[Floats] = field(default_factory=list)

    def add(self, errors_ms: Floats, n_extra: int) -> None:
        """One record or lead: an error for each manual mark, NaN where it was missed."""
        known = np.isfinite(errors_ms)
        self.errors_ms.append(errors_ms[known])
        self.fn += int((~known).sum())
        if self.fp is not None:
            self.fp += n_extra

    def row(self) -> dict[str, float]:
        """Sensitivity, positive predictive value, F1; mean and standard deviation of the errors; counts."""
        errors = np.concatenate([np.zeros(0), *self.errors_ms])
        tp = errors.size
        fp = np.nan if self.fp is None else self.fp
        return {
            "se": _ratio(tp, tp + self.fn),
            "ppv": _ratio(tp, tp + fp),
            "f1": _ratio(2 * tp, 2 * tp + fp + self.fn),
            "mean_ms": float(errors.mean()) if tp else np.nan,
            "sd_ms": float(errors.std(ddof=1)) if tp > 1 else np.nan,
            "tp": tp,
            "fp": fp,
            "fn": self.fn,
        }


def score_table(tallies: Mapping[str, Tally]) -> pd.DataFrame:
    """One row for each kind of mark; columns as in `COLUMNS`, NaN where a measure does not exist."""
    return pd.DataFrame([{"mark": name, **tally.row()} for name, tally in tallies.items()], columns=COLUMNS)


def wave_position(marks: Floats) -> Floats:
    """The peak of each wave `(waves, 3)`, else the middle of onset and offset, else whichever bound is known."""
    known = np.isfinite(marks[:, [0, 2]])
    sums = np.where(known, marks[:, [0, 2]], 0.0).sum(axis=1)
    count = known.sum(axis=1)
    middle = np.divide(sums, count, out=np.full(len(marks), np.nan), where=count > 0)
    return np.where(np.isfinite(marks[:, 1]), marks[:, 1], middle)


def match(truth: Floats, found: Floats, tolerance: float = TOLERANCE_MS) -> tuple[Floats, NDArray[np.bool_]]:
    """Pair marks one to one, the closest first.

    Returns the error of each true mark, NaN where it was missed, and which of the found ones were used.
    """
    errors, used = np.full(truth.size, np.nan), np.zeros(found.size, dtype=bool)
    order = np.argsort(found, kind="stable")
    low = np.searchsorted(found[order], truth - tolerance - 1e-6)
    high = np.searchsorted(found[order], truth + tolerance + 1e-6)
    pairs = [
        (abs(found[j] - truth[i]), i, j) for i in range(truth.size) for j in order[low[i] : high[i]].tolist()
    ]
    for _, i, j in sorted(pairs):
        if np.isnan(errors[i]) and not used[j]:
            errors[i], used[j] = found[j] - truth[i], True
    return errors, used


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else np.nan
