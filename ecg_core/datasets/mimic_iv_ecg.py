"""MIMIC-IV-ECG 1.0 (Gow et al., PhysioNet doi:10.13026/4nqg-sb35) with the potassium of MIMIC-IV's `labevents`, as a manifest.

The clock of an electrocardiograph stands alone: `ecg_time` was often not synchronized with the hospital's clocks
(usage notes of the data set), so a potassium "within the hour" may have been drawn earlier or later than it seems.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pandas as pd

from ecg_core.errors import ECGError, damage_means
from ecg_core.inference.types import PLAUSIBLE_K_MEQ_L

# `d_labitems` of MIMIC-IV 2 and 3. Potassium of urine, ascites and other fluids has other items.
SPECIMEN_OF_ITEM: Mapping[int, str] = {
    50971: "serum or plasma",  # Potassium, Chemistry
    52610: "serum or plasma",  # Potassium, Chemistry (a second, rare item)
    50822: "whole blood",  # Potassium, Whole Blood, Blood Gas
    52452: "whole blood",  # Potassium, Whole Blood, Blood Gas (a second, rare item)
}
_UNITS = {"meq/l", "mmol/l", ""}
_HEMOLYZED = r"hemoly"  # in the laboratory's comment, such as "HEMOLYSIS FALSELY ELEVATES K"
_TIME = "%Y-%m-%d %H:%M:%S"
_CHUNK_ROWS = 1_000_000  # labevents has more than a hundred million
_LABS = {
    "subject_id": "int64",
    "itemid": "int64",
    "charttime": "str",
    "valuenum": "float64",
    "valueuom": "str",
    "comments": "str",
}
# The machine's statements (`machine_measurements.csv`) that name a rhythm; the first that occurs counts.
_RHYTHMS = ("atrial fibrillation", "atrial flutter", "paced", "sinus")


@dataclass(frozen=True)
class Labs:
    """Potassium values by patient and time (`subject_id`, `k_time`, `k_meq_l`, `specimen`), and how many were left out."""

    values: pd.DataFrame
    n_hemolyzed: int
    n_unusable: int  # no number, another unit, or implausible


def mimic_manifest(ecgs: Path, labs: Labs, hosp: Path, window: timedelta) -> pd.DataFrame:
    """A row for every ECG with a potassium within `window`, the nearest one, in the columns of a manifest.

    `ecgs` is the folder with `record_list.csv`; `hosp` that with `patients.csv(.gz)`, for age and sex. Rhythm
    comes from the machine's statements where `machine_measurements.csv` is there. Raises ECGError.
    """
    records = _csv(_one_of(ecgs, "record_list.csv"), ["subject_id", "study_id", "ecg_time", "path"])
    records["ecg_time"] = pd.to_datetime(records["ecg_time"], format=_TIME, errors="coerce")
    records = records.dropna(subset=["ecg_time", "path"])
    nearest = pd.merge_asof(
        records.sort_values("ecg_time"),
        labs.values.sort_values("k_time"),
        left_on="ecg_time",
        right_on="k_time",
        by="subject_id",
        direction="nearest",
        tolerance=pd.Timedelta(window),
    ).dropna(subset=["k_meq_l"])
    people = _people(hosp)
    nearest = nearest.merge(people, on="subject_id", how="left").merge(
        _rhythms(ecgs), on="study_id", how="left"
    )
    years_since_anchor = nearest["ecg_time"].dt.year - nearest["anchor_year"]
    return pd.DataFrame(
        {
            "file": nearest["path"] + ".hea",
            "patient": nearest["subject_id"],
            "ecg_time": nearest["ecg_time"].dt.strftime(_TIME),
            "k_meq_l": nearest["k_meq_l"],
            "k_time": nearest["k_time"].dt.strftime(_TIME),
            "age": (nearest["anchor_age"] + years_since_anchor).astype("Int64"),
            "sex": nearest["gender"],
            "specimen": nearest["specimen"],
            "rhythm": nearest["rhythm"],
        }
    ).sort_values("file", ignore_index=True)


def read_labs(hosp: Path) -> Labs:
    """The potassium values of `labevents.csv` or `.csv.gz` in the folder `hosp`, read in pieces. Raises ECGError."""
    path = _one_of(hosp, "labevents.csv")
    with damage_means(_not_as_shipped(path, _LABS)):
        parts = list(_potassium_rows(path))
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(_LABS))
    hemolyzed = rows["comments"].str.contains(_HEMOLYZED, case=False, na=False)
    usable = rows["valuenum"].between(*PLAUSIBLE_K_MEQ_L)
    rows["charttime"] = pd.to_datetime(rows["charttime"], format=_TIME, errors="coerce")
    usable &= rows["valueuom"].fillna("").str.strip().str.lower().isin(_UNITS) & rows["charttime"].notna()
    kept = rows[usable & ~hemolyzed]
    values = pd.DataFrame(
        {
            "subject_id": kept["subject_id"].astype("int64"),
            "k_time": kept["charttime"],
            "k_meq_l": kept["valuenum"].astype("float64"),
            "specimen": kept["itemid"].map(SPECIMEN_OF_ITEM),
        }
    )
    return Labs(values, int(hemolyzed.sum()), int((~usable & ~hemolyzed).sum()))


def _potassium_rows(path: Path) -> Iterator[pd.DataFrame]:
    with pd.read_csv(path, usecols=list(_LABS), dtype=_LABS, chunksize=_CHUNK_ROWS) as chunks:
        for chunk in chunks:
            yield chunk[chunk["itemid"].isin(list(SPECIMEN_OF_ITEM))]


def _people(hosp: Path) -> pd.DataFrame:
    """Sex and what age follows from: `anchor_age` in `anchor_year`, both shifted like all dates of the patient."""
    return _csv(_one_of(hosp, "patients.csv"), ["subject_id", "gender", "anchor_age", "anchor_year"])


def _rhythms(ecgs: Path) -> pd.DataFrame:
    """`study_id` and `rhythm`, which is empty where no statement of the machine names one."""
    path = ecgs / "machine_measurements.csv"
    if not path.is_file():
        return pd.DataFrame({"study_id": pd.Series(dtype="int64"), "rhythm": pd.Series(dtype="str")})
    table = pd.read_csv(
        path, usecols=lambda name: name == "study_id" or name.startswith("report_"), dtype="str"
    )
    statements = table.drop(columns="study_id").fillna("").agg(" ".join, axis=1).str.lower()
    rhythm = pd.Series("", index=table.index)
    for name in reversed(_RHYTHMS):
        rhythm[statements.str.contains(name)] = name
    return pd.DataFrame({"study_id": table["study_id"].astype("int64"), "rhythm": rhythm})


def _one_of(folder: Path, name: str) -> Path:
    """The table `name` in a folder, packed or not."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise ECGError(f"{folder} holds no {name} (or {name}.gz); give the folder as PhysioNet ships it.")


def _csv(path: Path, columns: list[str]) -> pd.DataFrame:
    with damage_means(_not_as_shipped(path, columns)):
        return pd.read_csv(path, usecols=columns)


def _not_as_shipped(path: Path, columns: Iterable[str]) -> str:
    return f"{path} is damaged or lacks one of the columns {', '.join(columns)}; download it again."
