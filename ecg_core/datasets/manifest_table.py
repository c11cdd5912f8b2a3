"""A manifest's text as rows of named cells: encoding, delimiter, headings."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ecg_core.errors import ECGError

REQUIRED = ("file", "patient", "ecg_time", "k_time")
POTASSIUM = ("k_meq_l", "k_low", "k_high")
OPTIONAL = ("age", "sex", "split")
KNOWN = (*REQUIRED, *POTASSIUM, *OPTIONAL)

_DELIMITERS = (",", ";", "\t")
_WHAT_IS_NEEDED = (
    f"The first line must name the columns: {', '.join(REQUIRED)}, and k_meq_l or k_low and k_high; "
    "separated by commas, semicolons or tabs"
)


@dataclass(frozen=True)
class Row:
    """One line of the table: its number as a spreadsheet shows it (headings are row 1), and its cells, stripped."""

    number: int
    cells: Mapping[str, str]

    def get(self, name: str) -> str:
        """A cell; empty where the table has no such column."""
        return self.cells.get(name, "")


@dataclass(frozen=True)
class Table:
    """The rows under their columns; `decimal` is the decimal mark."""

    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    decimal: str

    @property
    def further(self) -> tuple[str, ...]:
        """The columns that have no meaning of their own."""
        return tuple(name for name in self.columns if name not in KNOWN)


def read_table(path: Path) -> Table:
    """Read a CSV in UTF-8. Raises ECGError when it is none, or lacks columns; blank lines are passed over."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ECGError(f"The manifest {path} cannot be read: {error.strerror}.") from error
    return table_of(data, path.name)


def table_of(data: bytes, name: str) -> Table:
    """`read_table` of a file's content; `name` is for its complaints."""
    text = _text(data, name)
    delimiter = _delimiter(text, name)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ECGError(
            f"{name} is no intact CSV ({error}). Save it again as CSV (UTF-8) from a spreadsheet."
        ) from error
    columns = tuple(heading.strip().lower() for heading in lines[0])
    _check_columns(columns, name)
    rows = tuple(
        Row(number, {column: cell.strip() for column, cell in zip(columns, line, strict=False)})
        for number, line in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in line)
    )
    ragged = [
        str(number)
        for number, line in enumerate(lines[1:], start=2)
        if any(cell.strip() for cell in line[len(columns) :])
    ]
    if ragged:
        raise ECGError(
            f"{name} has more cells than headings in row {', '.join(ragged)}. Put text that holds a "
            f"{delimiter!r} in quotation marks."
        )
    return Table(rows, columns, "." if delimiter == "," else ",")


def _text(data: bytes, name: str) -> str:
    if data.startswith(b"PK"):
        raise ECGError(f"{name} is a workbook, not a table. In the spreadsheet choose Save as, CSV (UTF-8).")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ECGError(
            f"{name} is not UTF-8 (first wrong character in line {line}). In the spreadsheet choose "
            "Save as, CSV UTF-8."
        ) from error
    if not text.strip():
        raise ECGError(f"{name} is empty. {_WHAT_IS_NEEDED}.")
    return text


def _delimiter(text: str, name: str) -> str:
    """The one that makes most of the headings known."""
    headings = text.splitlines()[0].lower()

    def n_known(delimiter: str) -> int:
        return sum(cell.strip(' "') in KNOWN for cell in headings.split(delimiter))

    best = max(_DELIMITERS, key=n_known)
    if n_known(best) < 2:
        raise ECGError(f"{name} has no headings of a manifest, or another delimiter. {_WHAT_IS_NEEDED}.")
    return best


def _check_columns(columns: Sequence[str], name: str) -> None:
    missing = [column for column in REQUIRED if column not in columns]
    if not set(POTASSIUM) & set(columns):
        missing.append("k_meq_l (or k_low and k_high)")
    if missing:
        raise ECGError(f"{name} lacks the column(s) {', '.join(missing)}. {_WHAT_IS_NEEDED}.")
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    if twice:
        raise ECGError(f"{name} has the column(s) {', '.join(twice)} twice. Keep one of each.")
