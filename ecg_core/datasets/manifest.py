"""The manifest: a table (CSV) in which a site lists its ECGs with their laboratory potassium.

One door for every site: whatever data there are, they become a manifest first (`mimic_iv_ecg`, `vitaldb`), and
this file checks it, telling everything that is wrong at once. docs/your_own_data.md explains the columns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import TypeVar
from zoneinfo import ZoneInfo

from ecg_core.datasets import manifest_cells as cells
from ecg_core.datasets.base_ecg import Split
from ecg_core.datasets.manifest_cells import CellError
from ecg_core.datasets.manifest_table import Row, Table, read_table
from ecg_core.datasets.site_ecg import SiteECG
from ecg_core.datasets.site_splits import split_of_patient
from ecg_core.errors import ECGError

DEFAULT_WINDOW = timedelta(hours=1)
_IMPLAUSIBLE_MEDIAN_MEQ_L = 8.0  # of a whole table; in mg/dL the normal value is 16

T = TypeVar("T")


@dataclass(frozen=True)
class Problem:
    """Something wrong in a row, as a spreadsheet counts; `kind` is the same for all rows with this problem."""

    row: int
    kind: str
    detail: str = ""


@dataclass(frozen=True)
class Manifest:
    """The ECGs of a site in the order of the table, and what was wrong with rows that were left out, if any were."""

    ecgs: tuple[SiteECG, ...]
    left_out: tuple[Problem, ...] = ()

    def part(self, *splits: Split) -> tuple[SiteECG, ...]:
        """The ECGs of these parts of the data."""
        return tuple(ecg for ecg in self.ecgs if ecg.split in splits)


def read_manifest(
    path: Path,
    *,
    root: Path | None = None,
    window: timedelta = DEFAULT_WINDOW,
    zone: ZoneInfo | None = None,
    leave_out: bool = False,
) -> Manifest:
    """Read and check a manifest.

    ECG files are looked for below `root` (the manifest's own folder if None) and nowhere else. `zone` is that of
    times that state none. An ECG may stand in several rows with different potassium values: the one drawn
    nearest to it counts, and it must lie within `window`. With `leave_out` rows with problems are left out.

    Raises ECGError with every problem and its rows; about the table as a whole, whatever `leave_out` says.
    """
    folder = (root or path.parent).resolve()

    def find(text: str) -> tuple[Path, str]:
        file = cells.ecg_file(text, folder)
        return file, file.relative_to(folder).as_posix()

    return checked(read_table(path), path.name, find, window=window, zone=zone, leave_out=leave_out)


def checked(
    table: Table,
    name: str,
    find: Callable[[str], tuple[Path, str]],
    *,
    window: timedelta = DEFAULT_WINDOW,
    zone: ZoneInfo | None = None,
    leave_out: bool = False,
) -> Manifest:
    """`read_manifest` of a table wherever its ECGs are: `find` tells the file that a cell names, and the ECG's name.

    `find` raises CellError where there is none; `name` is the table's, for complaints.
    """
    problems: list[Problem] = []
    read = [_site_ecg(row, table, find, zone, problems) for row in table.rows]
    ecgs = _consistent([ecg for ecg in read if ecg is not None], problems)
    ecgs = list(_nearest(ecgs, window, problems))
    _check_unit(ecgs, name)
    if problems and not (leave_out and ecgs):
        raise ECGError(in_words(problems, name))
    if not ecgs:
        raise ECGError(f"{name} lists no ECG.")
    return Manifest(tuple(ecgs), tuple(problems))


def in_words(problems: Iterable[Problem], name: str) -> str:
    """Every problem with its rows, one kind a line."""
    by_kind: defaultdict[str, list[Problem]] = defaultdict(list)
    for problem in sorted(problems, key=lambda problem: problem.row):
        by_kind[problem.kind].append(problem)
    n_rows = len({problem.row for group in by_kind.values() for problem in group})
    lines = [f"{name}: {n_rows} row(s) cannot be used as they are (the headings are row 1):"]
    for kind, group in by_kind.items():
        rows = ", ".join(f"{p.row} ({p.detail})" if p.detail else str(p.row) for p in group)
        lines.append(f"- {kind}: row {rows}")
    return "\n".join(lines)


def _site_ecg(
    row: Row,
    table: Table,
    find: Callable[[str], tuple[Path, str]],
    zone: ZoneInfo | None,
    problems: list[Problem],
) -> SiteECG | None:
    """A row's cells read, or None and every problem that they have."""
    n_before = len(problems)

    def cell(read: Callable[[], T]) -> T | None:
        try:
            return read()
        except CellError as error:
            problems.append(Problem(row.number, error.kind, error.detail))
            return None

    patient = row.get("patient")
    if not patient:
        problems.append(
            Problem(row.number, "there is no patient; give each patient a number or any other name")
        )
    found = cell(lambda: find(row.get("file")))
    recorded_at = cell(lambda: cells.moment(row.get("ecg_time"), "ecg_time", zone))
    drawn_at = cell(lambda: cells.moment(row.get("k_time"), "k_time", zone))
    potassium = cell(
        lambda: cells.potassium(row.get("k_meq_l"), row.get("k_low"), row.get("k_high"), table.decimal)
    )
    age_years = cell(lambda: cells.age(row.get("age"), table.decimal))
    sex = cell(lambda: cells.sex(row.get("sex")))
    split = cell(
        lambda: cells.split(row.get("split")) if "split" in table.columns else split_of_patient(patient)
    )
    drawn_after = cell(lambda: _between(recorded_at, drawn_at))
    if found is None or recorded_at is None or drawn_after is None or potassium is None or split is None:
        return None
    if len(problems) > n_before:
        return None
    return SiteECG(
        row=row.number,
        path=found[0],
        record_id=found[1],
        patient_id=patient,
        split=split,
        potassium=potassium,
        recorded_at=recorded_at,
        drawn_after=drawn_after,
        age_years=age_years,
        sex=sex,
        groups={name: row.get(name) for name in table.further if name},
    )


def _between(recorded_at: datetime | None, drawn_at: datetime | None) -> timedelta | None:
    """From ECG to blood sample; None where one of them is not known."""
    if recorded_at is None or drawn_at is None:
        return None
    if (recorded_at.tzinfo is None) != (drawn_at.tzinfo is None):
        raise CellError(
            "one of the two times states its offset from UTC and the other does not; name the time zone of "
            "the other (--time-zone)"
        )
    return drawn_at - recorded_at


def _consistent(ecgs: Sequence[SiteECG], problems: list[Problem]) -> list[SiteECG]:
    """Without the rows that contradict an earlier one about an ECG or a patient, or say the same again."""
    first_of_file: dict[Path, SiteECG] = {}
    split_of: dict[str, Split] = {}
    drawn: set[tuple[Path, timedelta]] = set()
    kept = []
    for ecg in ecgs:
        first = first_of_file.setdefault(ecg.path, ecg)
        earlier = f"as in row {first.row}"
        if ecg.patient_id != first.patient_id:
            problem = Problem(ecg.row, "the same ECG belongs to another patient in an earlier row", earlier)
        elif ecg.recorded_at != first.recorded_at:
            problem = Problem(ecg.row, "the same ECG has another ecg_time in an earlier row", earlier)
        elif (ecg.path, ecg.drawn_after) in drawn:
            problem = Problem(ecg.row, "the same ECG with the same k_time stands in an earlier row", earlier)
        elif split_of.setdefault(ecg.patient_id, ecg.split) != ecg.split:
            problem = Problem(ecg.row, "the patient is in another split in an earlier row")
        else:
            drawn.add((ecg.path, ecg.drawn_after))
            kept.append(ecg)
            continue
        problems.append(problem)
    return kept


def _nearest(ecgs: Iterable[SiteECG], window: timedelta, problems: list[Problem]) -> Iterator[SiteECG]:
    """Of each ECG's rows the one whose blood was drawn nearest to it, if that is near enough."""
    by_file: defaultdict[Path, list[SiteECG]] = defaultdict(list)
    for ecg in ecgs:
        by_file[ecg.path].append(ecg)
    for rows in by_file.values():
        nearest = min(rows, key=lambda ecg: abs(ecg.drawn_after))
        if abs(nearest.drawn_after) <= window:
            yield nearest
            continue
        hours = nearest.drawn_after.total_seconds() / 3600
        kind = (
            f"potassium was drawn more than {window.total_seconds() / 60:g} min from the ECG (--window-min)"
        )
        problems.append(Problem(nearest.row, kind, f"{hours:+.1f} h"))


def _check_unit(ecgs: Sequence[SiteECG], name: str) -> None:
    values = [ecg.potassium.k_meq_l for ecg in ecgs if ecg.potassium.is_value]
    if values and median(values) > _IMPLAUSIBLE_MEDIAN_MEQ_L:
        raise ECGError(
            f"Half of the potassium values in {name} are above {median(values):.1f} mEq/L: these must be another unit. "
            "Divide mg/dL by 3.91; mmol/L is the same number as mEq/L."
        )
