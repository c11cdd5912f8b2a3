"""Labelled ECGs turned into network inputs once and kept on disk as plain arrays."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.cycles import cut_cycles
from ecg_core.datasets.base_ecg import BaseSource, Split, source_of
from ecg_core.datasets.potassium import LabelledECG
from ecg_core.errors import ECGError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.resample import resample
from ecg_core.inference.inputs import cycle_input, median_beat_input
from ecg_core.inference.measured import PATIENT_FACTS, measured_row, patient_row
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.whole_files import replaced_at_once

CYCLES_PER_RECORD = 4
RECORD_SAMPLES = 5000  # 10 s at 500 Hz
SHARD_RECORDS = 500

COMPLETE = "complete.json"  # written last
_ARRAYS = ("signal_uv", "cycles", "median_mv", "measured")


class Row(NamedTuple):
    """What is kept of one record."""

    facts: dict[str, object]
    arrays: dict[str, NDArray[np.generic]]


@dataclass(frozen=True, eq=False)
class PreparedECGs:
    """Row i of everything is record i.

    `table` has record_id, patient_id, base, split, k_meq_l, simulated, age_years, sex_male; `signal_uv` `(n, 8, 5000)` int16, filtered,
    eight independent leads; `cycles` `(n, 4, 512)` float16 z-scored cycles of lead II; `median_mv`
    `(n, 8, 512)` float16 median beats of the eight; `measured` `(n, len(MEASURED_KEYS))` float32, NaN where unknown.
    """

    table: pd.DataFrame
    signal_uv: NDArray[np.int16]
    cycles: NDArray[np.float16]
    median_mv: NDArray[np.float16]
    measured: NDArray[np.float32]

    def part(self, split: Split) -> PreparedECGs:
        """The rows of one split."""
        return self.rows(np.flatnonzero(self.table["split"] == split))

    def without(self, source: BaseSource) -> PreparedECGs:
        """The rows whose bases come from elsewhere."""
        sources = self.table["base"].map(source_of)
        return self.rows(np.flatnonzero(sources != source))

    def rows(self, rows: NDArray[np.int64]) -> PreparedECGs:
        """These rows, in this order."""
        return PreparedECGs(
            self.table.iloc[rows].reset_index(drop=True),
            self.signal_uv[rows],
            self.cycles[rows],
            self.median_mv[rows],
            self.measured[rows],
        )

    @property
    def k_meq_l(self) -> NDArray[np.float32]:
        """`(n,)` float32."""
        return self.table["k_meq_l"].to_numpy(np.float32)


def prepare(ecgs: Iterable[LabelledECG], folder: Path) -> None:
    """Filter, annotate and cut every record, and write shards of arrays into `folder` as they fill.

    Records that give no cycle, no median beat, or less than 10 s are passed over. What an earlier call
    left in `folder` counts no more. Raises ECGError when no record at all was usable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / COMPLETE).unlink(missing_ok=True)
    rows, n_shards = rows_of(ecgs), 0
    while waiting := list(islice(rows, SHARD_RECORDS)):
        write_shard(folder, n_shards, waiting)
        n_shards += 1
    complete(folder, n_shards)


def is_prepared(folder: Path) -> bool:
    """Whether a preparation ended here."""
    return (folder / COMPLETE).is_file()


def rows_of(ecgs: Iterable[LabelledECG]) -> Iterator[Row]:
    """What is kept of those records that can be used."""
    for ecg in ecgs:
        arrays = _network_inputs(ecg)
        if arrays is not None:
            facts: dict[str, object] = {
                "record_id": ecg.record_id,
                "patient_id": ecg.patient_id,
                "base": ecg.base,
                "split": ecg.split,
                "k_meq_l": ecg.k_meq_l,
                "simulated": ecg.record.simulated,
                **dict(zip(PATIENT_FACTS, patient_row(ecg.record.patient).tolist(), strict=True)),
            }
            yield Row(facts, arrays)


def write_shard(folder: Path, index: int, rows: Sequence[Row]) -> None:
    """One part of the arrays and the table; a shard that is there is replaced."""
    pd.DataFrame([row.facts for row in rows]).to_parquet(folder / f"{index:03d}.parquet")
    for name in _ARRAYS:
        stacked = np.stack([row.arrays[name] for row in rows])
        np.save(folder / f"{index:03d}-{name}.npy", stacked, allow_pickle=False)


def complete(folder: Path, n_shards: int, **facts: object) -> None:
    """End a preparation, and write down `facts` about it. Raises ECGError where nothing was prepared."""
    if not n_shards:
        raise ECGError("None of the ECGs could be prepared; 12-lead recordings of at least 10 s are needed.")
    write_facts(folder / COMPLETE, {"shards": n_shards, **facts})


def write_facts(path: Path, facts: Mapping[str, object]) -> None:
    """As JSON, whole or not at all."""
    with replaced_at_once(path) as unfinished:
        unfinished.write_text(json.dumps(facts))


def load_prepared(folder: Path) -> PreparedECGs:
    """Read what `prepare` wrote. Raises FileNotFoundError while it is not complete."""
    shards = json.loads((folder / COMPLETE).read_text())["shards"]
    tables = [pd.read_parquet(folder / f"{index:03d}.parquet") for index in range(shards)]
    stacked = {
        name: np.concatenate(
            [np.load(folder / f"{index:03d}-{name}.npy", allow_pickle=False) for index in range(shards)]
        )
        for name in _ARRAYS
    }
    return PreparedECGs(pd.concat(tables, ignore_index=True), **stacked)


def _network_inputs(ecg: LabelledECG) -> dict[str, NDArray[np.generic]] | None:
    filtered = filter_record(ecg.record).record
    annotation = annotate(filtered)
    cycles = cut_cycles(filtered, annotation)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        beats, median = cycle_input(cycles), median_beat_input(cycles, INDEPENDENT_LEADS, min_leads=1)
    signal_mv = resample(filtered.select(INDEPENDENT_LEADS).signal_mv, filtered.fs_hz, 500.0)[
        :, :RECORD_SAMPLES
    ]
    if beats is None or median is None or signal_mv.shape[1] < RECORD_SAMPLES:
        return None
    chosen = np.linspace(0, len(beats.signal) - 1, CYCLES_PER_RECORD).round().astype(int)
    return {
        "signal_uv": np.clip(np.nan_to_num(signal_mv) * 1000, -32000, 32000).astype(np.int16),
        "cycles": beats.signal[chosen, 0].astype(np.float16),
        "median_mv": median.signal[0].astype(np.float16),
        "measured": measured_row(filtered, annotation, cycles),
    }
