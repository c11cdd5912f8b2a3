"""Labelled 12-lead ECGs: PTB-XL, the 2021 Challenge, LUDB.

The tables are read at once, the signals one by one when they are asked for.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import wfdb
from numpy.typing import NDArray

from ecg_core.datasets.base_ecg import PTBXL_IN_CHALLENGE, BaseSource
from ecg_core.datasets.ptbxl_compact import FOLD10_LABELS, FOLD10_PACK, fold10_record, read_pack
from ecg_core.datasets.twelve_lead_labels import (
    SUPERCLASSES,
    diagnostic_classes,
    from_abbreviations,
    from_ludb,
    from_scp,
    from_snomed,
    superclasses_from_scp,
)
from ecg_core.errors import ECGError, damage_means
from ecg_core.leads import STANDARD_LEADS
from ecg_core.readers import open_ecg
from ecg_core.readers.patient_facts import age_years, plausible_age, sex
from ecg_core.record import ECGRecord, Source

_log = logging.getLogger("kalium.datasets")

TEST_FOLD = 10
_TRAINING_FOLDS = 9
_PTBXL_TABLE, _STATEMENTS = "ptbxl_database.csv", "scp_statements.csv"
_BAND_PASSED_PACK, _BAND_PASSED_LABELS = "otherfolds_100hz_z_milli.npz", "otherfolds_labels.csv"

Labels = NDArray[np.float32]


def _unknown_classes() -> Labels:
    return np.full(len(SUPERCLASSES), np.nan, np.float32)


@dataclass(frozen=True, eq=False)
class DiagnosedECG:
    """One ECG with its labels.

    `findings` `(6,)` in the order of `FINDINGS` and `superclasses` `(5,)`: 1, 0, or NaN where not known; age in years
    and `female` (1 or 0) as well. `fold` is PTB-XL's, 10 the test set. `band_passed`: `read` gives a record that is
    already filtered and standardised as the models' input is.
    """

    record_id: str
    source: BaseSource
    fold: int
    read: Callable[[], ECGRecord]
    findings: Labels
    age_years: float
    female: float
    patient_id: str | None = None
    superclasses: Labels = field(default_factory=_unknown_classes)
    band_passed: bool = False


def read_labelled_ptbxl(root: Path) -> Iterator[DiagnosedECG]:
    """PTB-XL as PhysioNet ships it, at 500 Hz or, where those files are absent, at 100 Hz; records without files are passed over.

    Two compact files may stand in for records: fold 10 at 500 Hz, and band-passed records of the other folds (see
    docs/twelve_lead.md). Raises ECGError when the folder holds no table.
    """
    table_path = root / _PTBXL_TABLE
    if not table_path.is_file():
        raise ECGError(f"{root} holds no {_PTBXL_TABLE}; give the folder of PTB-XL as PhysioNet ships it.")
    packed = (root / FOLD10_PACK).is_file()
    yield from _ptbxl_files(root, pd.read_csv(table_path), TEST_FOLD if packed else None)
    if packed:
        yield from _fold10_pack(root)
    if (root / _BAND_PASSED_PACK).is_file():
        yield from _band_passed_pack(root)


def _ptbxl_files(root: Path, table: pd.DataFrame, without_fold: int | None) -> Iterator[DiagnosedECG]:
    classes = diagnostic_classes(pd.read_csv(root / _STATEMENTS, index_col=0))
    for row in table[table["strat_fold"] != without_fold].to_dict("records"):
        paths = [root / f"{row[name]}.hea" for name in ("filename_hr", "filename_lr")]
        path = next((path for path in paths if path.is_file()), None)
        if path is not None:
            yield DiagnosedECG(
                record_id=f"ptbxl-{row['ecg_id']}",
                source="PTB-XL",
                fold=int(row["strat_fold"]),
                read=partial(open_ecg, path),
                findings=from_scp(row["scp_codes"]),
                age_years=_age(row["age"]),
                female=float(row["sex"]),
                patient_id=f"ptbxl-{row['patient_id']:.0f}",
                superclasses=superclasses_from_scp(row["scp_codes"], classes),
            )


def _fold10_pack(root: Path) -> Iterator[DiagnosedECG]:
    """`delta` int16 (n, 8, 5000): differences in uV of the eight independent leads. The table names no patients."""
    labels = root / FOLD10_LABELS
    table = pd.read_csv(labels, keep_default_na=False, na_values={"age": "", "sex": ""})
    delta_uv = read_pack(root / FOLD10_PACK, "delta", labels, len(table))

    for number, row in enumerate(table.to_dict("records")):
        name = f"ptbxl-{row['ecg_id']}"
        codes = str(dict.fromkeys(row["scp_codes"].split(";"), 0))
        yield DiagnosedECG(
            record_id=name,
            source="PTB-XL",
            fold=TEST_FOLD,
            read=partial(fold10_record, delta_uv[number], name),
            findings=from_scp(codes),
            age_years=_age(row["age"]),
            female=float(row["sex"]),
        )


def _band_passed_pack(root: Path) -> Iterator[DiagnosedECG]:
    """`z_milli` int16 (n, 12, 1000): records of folds 1 to 9 as the models see them, times 1000. Which fold is not said."""
    labels = root / _BAND_PASSED_LABELS
    table = pd.read_csv(labels, keep_default_na=False, na_values={"age": "", "sex": ""})
    z_milli = read_pack(root / _BAND_PASSED_PACK, "z_milli", labels, len(table))

    def read(number: int, name: str) -> ECGRecord:
        signal = z_milli[number].astype(np.float32) / 1000
        return ECGRecord(signal, 100.0, STANDARD_LEADS, source=Source(name))

    for number, row in enumerate(table.to_dict("records")):
        name = f"ptbxl-{row['ecg_id']}"
        yield DiagnosedECG(
            record_id=name,
            source="PTB-XL",
            fold=fold_of_name(name),
            read=partial(read, number, name),
            findings=from_abbreviations(row["cinc_dx"]),
            age_years=_age(row["age"]),
            female=float(row["sex"]),
            superclasses=np.array([row[name] for name in SUPERCLASSES], dtype=np.float32),
            band_passed=True,
        )


def read_labelled_challenge(root: Path) -> Iterator[DiagnosedECG]:
    """The WFDB records of a folder of the 2021 Challenge, in any of its sub-folders, without its copies of PTB-XL."""
    for path in sorted(root.rglob("*.hea")):
        if not path.stem.startswith(PTBXL_IN_CHALLENGE):
            try:
                facts = _header_facts(path)
            except ECGError as error:
                _log.warning("left out challenge-%s: %s", path.stem, error)
                continue
            sex_word = sex(facts.get("Sex", ""))
            yield DiagnosedECG(
                record_id=f"challenge-{path.stem}",
                source="Challenge 2021",
                fold=fold_of_name(path.stem),
                read=partial(open_ecg, path),
                findings=from_snomed(facts.get("Dx", "").split(",")),
                age_years=_known(age_years(facts.get("Age", ""))),
                female=np.nan if sex_word is None else float(sex_word == "female"),
            )


def read_labelled_ludb(root: Path) -> Iterator[DiagnosedECG]:
    """The records of LUDB as PhysioNet ships it, each of another patient."""
    table = pd.read_csv(root / "ludb.csv", dtype=str, keep_default_na=False)
    for row in table.to_dict("records"):
        number = row["ID"].strip()
        sex_word = sex(row["Sex"])
        yield DiagnosedECG(
            record_id=f"ludb-{number}",
            source="LUDB",
            fold=fold_of_name(f"ludb-{number}"),
            read=partial(open_ecg, root / "data" / f"{number}.hea"),
            findings=from_ludb("\n".join(row.values())),
            age_years=_known(age_years(row["Age"].strip().removeprefix(">"))),
            female=np.nan if sex_word is None else float(sex_word == "female"),
            patient_id=f"ludb-{number}",
        )


def fold_of_name(record_id: str) -> int:
    """One of the nine training folds, for records whose source has none, by a hash of the name."""
    return 1 + zlib.crc32(record_id.encode()) % _TRAINING_FOLDS


def _header_facts(path: Path) -> dict[str, str]:
    """The comments of a WFDB header, ``# Age: 61``, by name. Raises UnreadableFileError."""
    with damage_means(f"{path.name} is no WFDB header."):
        comments = wfdb.rdheader(str(path.with_suffix(""))).comments
    pairs = (comment.partition(":") for comment in comments)
    return {name.strip(): value.strip() for name, _, value in pairs}


def _age(years: float) -> float:
    return float("nan") if pd.isna(years) else _known(plausible_age(years))


def _known(years: float | None) -> float:
    return float("nan") if years is None else years
