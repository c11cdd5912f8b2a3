"""The table that `predict` and `findings` write, row by row, so that an interrupted run loses nothing."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from ecg_core.cli.growing_file import GrowingFile, whole_lines
from ecg_core.errors import ECGError
from ecg_core.inference.table import COLUMNS


class PredictionFile(GrowingFile):
    """A CSV file open for appending; `finished` names the ECGs for which every model has a row."""

    def __init__(
        self, path: Path, models: Collection[str], *, resume: bool, columns: Sequence[str] = COLUMNS
    ) -> None:
        """Begin `path` anew, or with `resume` keep the rows of finished ECGs. Raises ECGError.

        `columns` begin with the file and the model; without `models` one row is enough for an ECG.
        """
        kept = _rows_of_finished(path, models, columns) if resume and path.exists() else {}
        self.finished = frozenset(kept)
        super().__init__(path, _as_csv([list(columns), *(row for group in kept.values() for row in group)]))

    def append(self, rows: pd.DataFrame) -> None:
        """Write the rows of one ECG."""
        self.add(rows.to_csv(index=False, header=False, lineterminator="\n"))


def _rows_of_finished(
    path: Path, models: Collection[str], columns: Sequence[str]
) -> dict[str, list[list[str]]]:
    """The rows of a table by ECG, without those that an interrupted run left incomplete."""
    text = whole_lines(path)
    header, *rows = csv.reader(io.StringIO(text, newline="")) if text else [list(columns)]
    if header != list(columns) or any(len(row) != len(columns) for row in rows):
        raise ECGError(
            f"{path} is not a table that this command has written, so it cannot be resumed. Choose another --out."
        )
    by_file: defaultdict[str, list[list[str]]] = defaultdict(list)
    for row in rows:
        by_file[row[0]].append(row)
    return {
        file: group for file, group in by_file.items() if set(models) <= {model for _, model, *_ in group}
    }


def _as_csv(rows: list[list[str]]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
