"""Real ECGs as bases for the potassium simulation: PTB-XL, the 2021 Challenge, LUDB.

They are listed first and opened one by one, so that nobody waits for the records of a part that is not asked for.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import pandas as pd

from ecg_core.datasets.ludb import ludb_records
from ecg_core.datasets.ptbxl_compact import FOLD10_LABELS, FOLD10_PACK, fold10_record, read_pack
from ecg_core.errors import ECGError
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord

Split = Literal["train", "validation", "calibration", "test"]
BaseSource = Literal["PTB-XL", "Challenge 2021", "LUDB"]

_log = logging.getLogger("kalium.datasets")

_PREFIXES: dict[str, BaseSource] = {"ptbxl": "PTB-XL", "challenge": "Challenge 2021", "ludb": "LUDB"}
PTBXL_IN_CHALLENGE = "HR"  # how the Challenge names its copies of PTB-XL's records


@dataclass(frozen=True, eq=False)
class BaseECG:
    """A real record, where it comes from, and to which part of the data its patient belongs."""

    record: ECGRecord
    record_id: str
    patient_id: str | None
    split: Split
    source: BaseSource = "PTB-XL"


@dataclass(frozen=True, eq=False)
class ListedECG:
    """A base that is not opened yet; `read` raises like `open_ecg`."""

    read: Callable[[], ECGRecord]
    record_id: str
    patient_id: str | None
    split: Split
    source: BaseSource = "PTB-XL"


def opened(listed: Iterable[ListedECG]) -> Iterator[BaseECG]:
    """The records themselves. One that cannot be read is left out, and a warning says so."""
    for ecg in listed:
        try:
            record = ecg.read()
        except ECGError as error:
            _log.warning("left out %s: %s", ecg.record_id, error)
            continue
        yield BaseECG(record, ecg.record_id, ecg.patient_id, ecg.split, ecg.source)


def source_of(record_id: str) -> BaseSource:
    """Where a base comes from, by its name: ``"challenge-A0001"``. Raises KeyError for a name that no reader here gives."""
    return _PREFIXES[record_id.split("-", 1)[0]]


def split_of_fold(strat_fold: int) -> Split:
    """The part of the data a PTB-XL fold belongs to. Folds never share a patient.

    The networks learn from fold 10, whose labels are never read here (the base is only a carrier of
    the simulated effect); the other parts come from folds that hold no patient of fold 10.
    """
    if strat_fold == 10:
        return "train"
    if strat_fold <= 3:
        return "validation"
    return "calibration" if strat_fold <= 6 else "test"


def split_of_name(record_id: str) -> Split:
    """The part of a record whose source has no folds, by a hash of its name: seven tenths train, one each for the others."""
    tenth = zlib.crc32(record_id.encode()) % 10
    if tenth < 7:
        return "train"
    return ("validation", "calibration", "test")[tenth - 7]


def list_ptbxl(root: Path) -> Iterator[ListedECG]:
    """The 500 Hz records of a PTB-XL folder as PhysioNet ships it; records whose files are absent are passed over.

    Fold 10 can also come from the compact file `fold10_500hz_delta_uv.npz` beside the table (see
    `list_fold10_pack`); its records are then not listed twice. Raises ECGError when the folder holds no table.
    """
    table_path = root / "ptbxl_database.csv"
    if not table_path.is_file():
        raise ECGError(
            f"{root} holds no ptbxl_database.csv; give the folder of PTB-XL as PhysioNet ships it."
        )
    pack = root / FOLD10_PACK
    if pack.is_file():
        yield from list_fold10_pack(pack, root / FOLD10_LABELS)
    table = pd.read_csv(table_path, usecols=["ecg_id", "patient_id", "strat_fold", "filename_hr"])
    for ecg_id, patient_id, fold, name in zip(
        table["ecg_id"], table["patient_id"], table["strat_fold"], table["filename_hr"], strict=True
    ):
        path = root / f"{name}.hea"
        if path.is_file() and not (pack.is_file() and fold == 10):
            read, split = partial(open_ecg, path), split_of_fold(int(fold))
            yield ListedECG(read, f"ptbxl-{ecg_id}", f"ptbxl-{patient_id:.0f}", split)


def list_fold10_pack(pack: Path, labels: Path) -> Iterator[ListedECG]:
    """PTB-XL fold 10 from one file: `delta` int16 (n, 8, 5000), differences in uV, 500 Hz, eight independent leads.

    Only the identifiers are read from the label table. The table names no patients. Raises ECGError
    when the two files do not belong together.
    """
    ecg_ids = pd.read_csv(labels, usecols=["ecg_id"])["ecg_id"]
    for delta_uv, ecg_id in zip(read_pack(pack, "delta", labels, len(ecg_ids)), ecg_ids, strict=True):
        name = f"ptbxl-{ecg_id}"
        yield ListedECG(partial(fold10_record, delta_uv, name), name, None, split_of_fold(10))


def list_challenge(root: Path) -> Iterator[ListedECG]:
    """The WFDB records of a folder of the PhysioNet/CinC Challenge 2021 (10.13026/34va-7q14), in any of its sub-folders.

    Its copies of PTB-XL are passed over: they would bring patients of one part of the data into another.
    Raises ECGError when there is no record.
    """
    paths = [path for path in sorted(root.rglob("*.hea")) if not path.stem.startswith(PTBXL_IN_CHALLENGE)]
    if not paths:
        raise ECGError(f"{root} holds no records (.hea) of the 2021 Challenge besides copies of PTB-XL.")
    for path in paths:
        record_id = f"challenge-{path.stem}"
        yield ListedECG(partial(open_ecg, path), record_id, None, split_of_name(record_id), "Challenge 2021")


def list_ludb(root: Path) -> Iterator[ListedECG]:
    """The records of LUDB, each of another patient. Raises ECGError when there is none."""
    for path in ludb_records(root):
        record_id = f"ludb-{path.stem}"
        yield ListedECG(partial(open_ecg, path), record_id, record_id, split_of_name(record_id), "LUDB")


def list_bases(ptbxl: Path, challenge: Path | None = None, ludb: Path | None = None) -> Iterator[ListedECG]:
    """The records of every folder that is given, one source after the other."""
    yield from list_ptbxl(ptbxl)
    if challenge is not None:
        yield from list_challenge(challenge)
    if ludb is not None:
        yield from list_ludb(ludb)


def read_ptbxl(root: Path) -> Iterator[BaseECG]:
    """`list_ptbxl`, opened."""
    return opened(list_ptbxl(root))


def read_fold10_pack(pack: Path, labels: Path) -> Iterator[BaseECG]:
    """`list_fold10_pack`, opened."""
    return opened(list_fold10_pack(pack, labels))


def read_bases(ptbxl: Path, challenge: Path | None = None, ludb: Path | None = None) -> Iterator[BaseECG]:
    """`list_bases`, opened."""
    return opened(list_bases(ptbxl, challenge, ludb))
