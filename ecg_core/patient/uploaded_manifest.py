"""One patient's rows of a site's manifest, with the ECG files that were chosen along with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from ecg_core.datasets.manifest import Problem, checked, in_words
from ecg_core.datasets.manifest_cells import CellError
from ecg_core.datasets.manifest_table import Table, table_of
from ecg_core.datasets.site_ecg import SiteECG
from ecg_core.errors import ECGError
from ecg_core.readers import NamedBytes
from ecg_core.record import ECGRecord

_SIGNAL_SUFFIXES = {".dat", ".mat"}


@dataclass(frozen=True)
class LabelledFiles:
    """An ECG as uploaded files, when it was recorded, and the laboratory potassium that goes with it."""

    name: str
    files: tuple[NamedBytes, ...]
    recorded_at: datetime
    laboratory_meq_l: float


@dataclass(frozen=True)
class PatientRows:
    """What can be used of a patient's rows, and in words what cannot and why; empty where all can."""

    ecgs: tuple[LabelledFiles, ...]
    left_out: str


def patients_in(manifest: NamedBytes) -> tuple[str, ...]:
    """The patients of a manifest in its order. Raises ECGError where it is no manifest, or names nobody."""
    rows = table_of(manifest.data, manifest.name).rows
    patients = tuple(dict.fromkeys(row.get("patient") for row in rows if row.get("patient")))
    if not patients:
        raise ECGError(f"{manifest.name} names no patient. Fill its column patient.")
    return patients


def rows_of(manifest: NamedBytes, patient: str, files: Sequence[NamedBytes], today: ECGRecord) -> PatientRows:
    """The patient's ECGs before `today`'s with a potassium value, each with those of `files` that it needs.

    The browser tells no folders, so that files are found by their names alone. Raises ECGError, which tells every
    problem with its row, where no row can be used.
    """
    whole = table_of(manifest.data, manifest.name)
    rows = tuple(row for row in whole.rows if row.get("patient") == patient)
    by_name = {file.name: file for file in files}
    own = Table(rows, whole.columns, whole.decimal)
    found = checked(own, manifest.name, lambda text: _chosen(text, by_name), leave_out=True)
    problems, usable = list(found.left_out), []
    for ecg in found.ecgs:
        complaint = _useless(ecg, today)
        if complaint:
            problems.append(Problem(ecg.row, complaint))
            continue
        own_files = tuple(file for file in files if Path(file.name).stem == ecg.path.stem)
        usable.append(LabelledFiles(ecg.path.name, own_files, ecg.recorded_at, ecg.potassium.k_meq_l))
    if not usable:
        raise ECGError(in_words(problems, manifest.name))
    return PatientRows(tuple(usable), in_words(problems, manifest.name) if problems else "")


def _useless(ecg: SiteECG, today: ECGRecord) -> str:
    """Why nothing can be learned from this row for the ECG of today; empty where something can."""
    if not ecg.potassium.is_value:
        return "only a range of potassium is known, from which no error can be told"
    same_file = ecg.path.name == today.source.name
    at = today.recorded_at
    if same_file or (at is not None and ecg.recorded_at.replace(tzinfo=None) >= at.replace(tzinfo=None)):
        return "it is no earlier ECG than the one that is open now"
    return ""


def _chosen(text: str, by_name: dict[str, NamedBytes]) -> tuple[Path, str]:
    """The chosen file that a cell names; a WFDB record may be named without ending, or by its signals."""
    name = PurePosixPath(text.replace("\\", "/")).name
    candidates = [name, f"{name}.hea"]
    if Path(name).suffix.lower() in _SIGNAL_SUFFIXES:
        candidates.insert(0, str(Path(name).with_suffix(".hea")))
    for candidate in candidates:
        if candidate in by_name:
            return Path(candidate), candidate
    raise CellError("the ECG was not chosen together with the table; choose its files, too", name)
