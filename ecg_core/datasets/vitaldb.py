"""VitalDB (Lee et al., Scientific Data 2022;9:279): leads II and V5 of operations at 500 Hz, with laboratory potassium.

Read are the tables as VitalDB ships them and one file of samples for each case, `<caseid>.npz`, with the arrays of
`TRACKS`: float mV at 500 Hz from the start of the case, NaN where nothing was recorded. docs/your_own_data.md has
the few lines of Python that export them with VitalDB's own library. Of each potassium a stretch of ten seconds is
taken, the usable one nearest to it.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.errors import ECGError, SignalError, UnreadableFileError, damage_means
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.types import PLAUSIBLE_K_MEQ_L
from ecg_core.record import ECGRecord, Source

_log = logging.getLogger("kalium.datasets")

TRACKS = {"ECG_II": "II", "ECG_V5": "V5"}  # SNUADC/ECG_II and SNUADC/ECG_V5
FS_HZ = 500.0
STRETCH_S = 10.0
_POTASSIUM = "k"  # in the laboratory table, mmol/L
_CLINICAL = ("clinical_data.csv", "clinical_information.csv", "cases.csv")  # PhysioNet, vitaldb.net, its API
_LABS = ("lab_data.csv", "labs.csv")
_MAX_TRIES = 60  # ten minutes of noise around a blood sample are enough to give it up
_MIN_RECORDED_SHARE = 0.99
_MIN_SD_MV = 0.01

# VitalDB tells no dates: all cases begin at this moment.
_CASE_START = datetime(2000, 1, 1)


@dataclass(frozen=True, eq=False)
class VitalStretch:
    """Ten seconds of a case, and the row of a manifest that belongs to it, without its file."""

    record: ECGRecord
    name: str
    row: dict[str, object]


def read_vitaldb(tables: Path, tracks: Path, window: timedelta) -> Iterator[VitalStretch]:
    """A stretch for each potassium value of a case whose samples lie in `tracks`, from within `window` of it.

    Values without a usable stretch are passed over; cases whose samples cannot be read are left out, and a warning says
    so. Raises ECGError when a table is missing or is another one.
    """
    people = _table(tables, _CLINICAL, ["caseid", "subjectid", "age", "sex"])
    people["age"] = pd.to_numeric(people["age"], errors="coerce")  # some are ">89"
    labs = _table(tables, _LABS, ["caseid", "dt", "name", "result"])
    labs["result"] = pd.to_numeric(labs["result"], errors="coerce")
    potassium = labs[(labs["name"] == _POTASSIUM) & labs["result"].between(*PLAUSIBLE_K_MEQ_L)]
    potassium = potassium.dropna(subset=["dt"])
    for person in people.to_dict("records"):
        path = tracks / f"{person['caseid']}.npz"
        values = potassium[potassium["caseid"] == person["caseid"]]
        if values.empty or not path.is_file():
            continue
        try:
            signal_mv = read_tracks(path)
        except UnreadableFileError as error:
            _log.warning("left out case %s: %s", person["caseid"], error)
            continue
        for drawn_s, k_meq_l in zip(values["dt"], values["result"], strict=True):
            found = usable_stretch(signal_mv, float(drawn_s), window)
            if found is not None:
                yield _stretch(*found, person, float(drawn_s), float(k_meq_l))


def read_tracks(path: Path) -> NDArray[np.float32]:
    """Leads II and V5 of a case, `(2, samples)` mV at 500 Hz. Raises UnreadableFileError."""
    with damage_means(f"{path.name} does not hold the tracks {' and '.join(TRACKS)}; export the case again."):
        with np.load(path, allow_pickle=False) as arrays:
            signal_mv = np.stack([arrays[track] for track in TRACKS]).astype(np.float32)
        if signal_mv.ndim != 2:
            raise ValueError("one row of samples for each track is needed")
    return signal_mv


def usable_stretch(
    signal_mv: NDArray[np.float32], middle_s: float, window: timedelta
) -> tuple[float, ECGRecord] | None:
    """Start in seconds and record of the nearest stretch around `middle_s` that is recorded and not poor; or None."""
    n_samples = round(STRETCH_S * FS_HZ)
    steps = np.arange(1, _MAX_TRIES // 2 + 1)
    outward = np.concatenate([[0], np.column_stack([-steps, steps]).ravel()]) * STRETCH_S
    for shift_s in outward[np.abs(outward) <= window.total_seconds()]:
        begin_s = middle_s - STRETCH_S / 2 + float(shift_s)
        begin = round(begin_s * FS_HZ)
        if begin >= 0 and begin + n_samples <= signal_mv.shape[1]:
            record = _usable(signal_mv[:, begin : begin + n_samples])
            if record is not None:
                return begin_s, record
    return None


def _usable(samples_mv: NDArray[np.float32]) -> ECGRecord | None:
    recorded = np.isfinite(samples_mv)
    if (recorded.mean(axis=1) < _MIN_RECORDED_SHARE).any() or (
        np.nanstd(samples_mv, axis=1) < _MIN_SD_MV
    ).any():
        return None
    record = ECGRecord(samples_mv, FS_HZ, tuple(TRACKS.values()), source=Source("VitalDB", "VitalDB"))
    try:
        quality = assess_quality(record, filter_record(record).record)
    except SignalError:
        return None
    return None if quality.grade == "poor" else record


def _stretch(
    begin_s: float, record: ECGRecord, person: Mapping[Hashable, Any], drawn_s: float, k_meq_l: float
) -> VitalStretch:
    row = {
        "patient": person["subjectid"],  # a patient may have several cases
        "ecg_time": _CASE_START + timedelta(seconds=begin_s + STRETCH_S / 2),
        "k_meq_l": k_meq_l,
        "k_time": _CASE_START + timedelta(seconds=drawn_s),
        "age": person["age"],
        "sex": person["sex"],
    }
    return VitalStretch(record, f"{person['caseid']:04d}_{round(begin_s):06d}", row)


def _table(folder: Path, names: tuple[str, ...], columns: list[str]) -> pd.DataFrame:
    """The first of these tables that is in the folder, packed or not."""
    candidates = [folder / f"{name}{packed}" for name in names for packed in ("", ".gz")]
    path = next((path for path in candidates if path.is_file()), None)
    if path is None:
        raise ECGError(f"{folder} holds none of {', '.join(names)}; give the folder with VitalDB's tables.")
    try:
        return pd.read_csv(path, usecols=columns, encoding="utf-8-sig")
    except ValueError as error:
        raise ECGError(f"{path} lacks one of the columns {', '.join(columns)}.") from error
