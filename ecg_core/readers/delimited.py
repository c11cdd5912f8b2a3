"""Tables of samples as text: CSV, TSV, semicolons with decimal commas; one column per lead."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.errors import (
    MissingInformationError,
    SignalError,
    UnreadableFileError,
    UnsupportedFormatError,
    damage_means,
)
from ecg_core.readers.inputs import ReadRequest
from ecg_core.readers.recording import MILLIVOLTS_PER_UNIT, Channel, Recording, lead_name, to_millivolts
from ecg_core.readers.sniffing import decode_text, text_encoding

_HEAD_BYTES = 65_536
_MAX_PREAMBLE_LINES = 50
_DELIMITERS = (";", "\t", ",")
_SECONDS_PER_UNIT = {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "msec": 1e-3, "milliseconds": 1e-3}
_TIME_LABELS = {"t", "time", "times", "timestamp", "elapsed time", "time elapsed"} | set(_SECONDS_PER_UNIT)
_INDEX_LABELS = {"", "#", "n", "index", "sample", "samples", "sample number"}
_HEADING = re.compile(
    r"^(?P<label>.*?)(\s*[\[(](?P<bracketed>[^\[\]()]*)[\])]|[\s_/]+(?P<bare>[mun\u00b5\u03bc]v|ms|s|sec))?$",
    re.I,
)

# Between the amplitude of the smallest and the largest ECG in millivolts. Larger numbers may be
# microvolts or the raw counts of some converter, which only the user can tell apart.
_MILLIVOLT_SPAN = (0.3, 15.0)


@dataclass(frozen=True)
class _Heading:
    """One column's name cut into label and unit (lower case, empty when not given)."""

    label: str
    unit: str

    @property
    def is_lead(self) -> bool:
        return lead_name(self.label) is not None

    @property
    def is_time(self) -> bool:
        return self.label.lower().replace("_", " ") in _TIME_LABELS

    @property
    def is_index(self) -> bool:
        return self.label.lower() in _INDEX_LABELS


@dataclass(frozen=True)
class _Layout:
    """How the text is to be cut: `row` is the line of the headings, counted from 0."""

    row: int
    delimiter: str
    decimal: str
    encoding: str
    headings: tuple[_Heading, ...]


def read_delimited(request: ReadRequest) -> Recording:
    """Read a table whose headings name the leads, such as ``time (s),I (mV),II (mV)``."""
    layout = _layout(request)
    leads = [i for i, heading in enumerate(layout.headings) if heading.is_lead]
    times = [i for i, heading in enumerate(layout.headings) if heading.is_time]
    table = _table(layout, [*leads, *times[:1]], request)
    name = request.file.display_name
    fs_hz = _rate_hz(table[:, -1], layout.headings[times[0]], name) if times else _stated_rate_hz(request)
    factors, notes = _factors([layout.headings[i] for i in leads], table[:, : len(leads)], request)
    channels = [
        Channel(layout.headings[i].label, to_millivolts(table[:, column], factors[column]), fs_hz)
        for column, i in enumerate(leads)
    ]
    others = [h.label for h in layout.headings if not (h.is_lead or h.is_time or h.is_index)]
    left_out = (f"Left out, as no ECG leads: {', '.join(others)[:200]}.",) if others else ()
    return Recording(format="CSV", channels=channels, notes=notes + left_out)


def _layout(request: ReadRequest) -> _Layout:
    """Find the headings: the first line in which some cell names a lead."""
    head = request.file.head(_HEAD_BYTES)
    lines = decode_text(head).splitlines()
    for row, line in enumerate(lines[:_MAX_PREAMBLE_LINES]):
        for delimiter in _DELIMITERS:
            headings = tuple(_heading(cell) for cell in _cells(line, delimiter))
            if any(heading.is_lead for heading in headings):
                rows = [_cells(text, delimiter) for text in lines[row + 1 : row + 20]]
                _check_widths(rows, len(headings), request.file.display_name)
                comma = delimiter != "," and any("," in cell for cells in rows for cell in cells)
                return _Layout(row, delimiter, "," if comma else ".", text_encoding(head), headings)
    raise UnsupportedFormatError(
        f"{request.file.display_name} is text in which no line names ECG leads. A table needs headings such as "
        "time (s), I (mV), II (mV), V1 (mV)."
    )


def _cells(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])


def _heading(cell: str) -> _Heading:
    match = _HEADING.match(cell.strip().strip("'\""))
    if match is None:
        return _Heading(cell, "")
    return _Heading(match["label"].strip(), (match["bracketed"] or match["bare"] or "").strip().lower())


def _check_widths(rows: Sequence[Sequence[str]], n_headings: int, name: str) -> None:
    for cells in rows:
        if any(cell.strip() for cell in cells[n_headings:]):
            raise UnreadableFileError(
                f"The rows of {name} hold more values than there are headings. If numbers are written with decimal "
                "commas, separate the columns by semicolons."
            )


def _table(layout: _Layout, columns: Sequence[int], request: ReadRequest) -> NDArray[np.float64]:
    """The chosen columns in the order given, `(rows, columns)`; NaN for empty cells."""
    message = (
        f"{request.file.display_name} holds something other than numbers below its headings, "
        "or its rows differ in length. Export it again as a plain table."
    )
    with damage_means(message):
        frame = pd.read_csv(
            request.file.path,
            sep=layout.delimiter,
            decimal=layout.decimal,
            encoding=layout.encoding,
            encoding_errors="replace",
            header=None,
            names=list(range(len(layout.headings))),
            index_col=False,
            usecols=sorted(columns),
            skiprows=layout.row + 1,
            skip_blank_lines=False,
            skipinitialspace=True,
            na_values=["-"],
            dtype=np.float64,
            float_precision="round_trip",  # the faster parsers of pandas 2 crash on exponents of many digits
        )
    table = frame[list(columns)].to_numpy(copy=True)
    table[np.isinf(table)] = np.nan
    filled = np.flatnonzero(~np.isnan(table).all(axis=1))
    return table[: filled[-1] + 1 if filled.size else 0]


def _rate_hz(times: NDArray[np.float64], heading: _Heading, name: str) -> float:
    """The sampling rate from the time column, which must rise evenly."""
    if times.size < 2:
        raise SignalError(f"{name} holds {times.size} samples per lead; at least 2 s are needed.")
    step = (times[-1] - times[0]) / (times.size - 1)
    steps = np.diff(times)
    # Times rounded to a millisecond may be off by half a step, a missing sample makes a double one.
    if not (step > 0 and np.all(np.abs(steps - step) < 0.6 * step)):
        raise UnreadableFileError(
            f"The time column of {name} is not evenly spaced (gaps, repetitions or empty cells). "
            "Export it with a constant sampling rate, or remove the time column and enter the rate."
        )
    rate_hz = float(1.0 / (step * _seconds_per_time_unit(heading, step)))
    nearest_hz = float(np.rint(rate_hz))
    return nearest_hz if abs(rate_hz - nearest_hz) < 1e-3 * rate_hz else rate_hz


def _seconds_per_time_unit(heading: _Heading, step: float) -> float:
    """Seconds or milliseconds: as the heading says, else by the step (no ECG has 50 to 10,000 Hz in both)."""
    unit = heading.unit or heading.label.lower()
    return _SECONDS_PER_UNIT.get(unit, 1.0 if step <= 0.02 else 1e-3)


def _stated_rate_hz(request: ReadRequest) -> float:
    if request.fs_hz is None:
        raise MissingInformationError(
            f"{request.file.display_name} has no time column. Enter the sampling rate in Hz.", needs="fs_hz"
        )
    return request.fs_hz


def _factors(
    headings: Sequence[_Heading], table: NDArray[np.float64], request: ReadRequest
) -> tuple[list[float], tuple[str, ...]]:
    """Millivolts per unit of each lead, and a note where the unit had to be inferred."""
    name = request.file.display_name
    unknown = sorted({heading.unit for heading in headings} - set(MILLIVOLTS_PER_UNIT) - {""})
    if unknown:
        raise UnreadableFileError(
            f"{name} gives leads in {unknown[0][:20]}, not in mV, uV or V. Export it in mV."
        )
    factors = [MILLIVOLTS_PER_UNIT.get(heading.unit or (request.unit or "").lower()) for heading in headings]
    stated = [factor for factor in factors if factor is not None]
    if len(stated) == len(factors):
        return stated, ()
    if stated or not _must_be_millivolts(table):
        raise MissingInformationError(
            f"{name} does not state the unit of its leads. Choose mV or uV.", needs="unit"
        )
    return [1.0] * len(headings), ("The file states no unit; its amplitudes fit an ECG in mV only.",)


def _must_be_millivolts(table: NDArray[np.float64]) -> bool:
    """Whether the numbers, not all whole, span what an ECG spans in millivolts."""
    values = table[:, np.isfinite(table).any(axis=0)]
    if values.size == 0 or np.array_equal(values, np.rint(values), equal_nan=True):
        return False
    spans = np.nanpercentile(values, 99.9, axis=0) - np.nanpercentile(values, 0.1, axis=0)
    low, high = _MILLIVOLT_SPAN
    return bool(low <= np.max(spans) <= high)
