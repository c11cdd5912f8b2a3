"""Labelled ECGs turned into network inputs once and kept on disk as plain arrays."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.cycles import cut_cycles
from ecg_core.datasets.base_ecg import BaseECG, BaseSource, Split, source_of
from ecg_core.datasets.potassium import LabelledECG, simulated_ecgs
from ecg_core.datasets.processes import mapped
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

_COMPLETE = "complete.json"  # written last
_ARRAYS = ("signal_uv", "cycles", "median_mv", "measured")


@dataclass(frozen=True)
class Origin:
    """What simulated ECGs were made from: the seed of the simulation, the sources of the bases in their order, and how many there were.

    `records` is a digest of their names.
    """

    seed: int
    sources: tuple[BaseSource, ...]
    n_records: int
    records: str

    @property
    def words(self) -> str:
        """As people read it."""
        return f"{self.n_records:,} ECGs of {', '.join(self.sources)} with seed {self.seed}"


class _Row(NamedTuple):
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
    _write(_rows(ecgs), folder, None)


def prepare_simulated(bases: Iterable[BaseECG], origin: Origin, folder: Path, processes: int) -> None:
    """`prepare` of the `simulated_ecgs` of every base, shared among `processes`; their number changes nothing.

    `origin` is written down for `require_origin`.
    """
    rows = mapped(_rows_of_base, bases, processes, origin.seed)
    _write(chain.from_iterable(rows), folder, origin)


def is_prepared(folder: Path) -> bool:
    """Whether a preparation ended here."""
    return (folder / _COMPLETE).is_file()


def require_origin(folder: Path, origin: Origin) -> None:
    """Raises ECGError unless what was prepared in `folder` was simulated as `origin` says."""
    found = _origin_of(folder)
    if found != origin:
        made = "other ECGs" if found is None else found.words
        raise ECGError(
            f"{folder} holds what was prepared from {made}, not from these {origin.words}. Give another folder with"
            " --cache, or delete this one to prepare anew."
        )


def _origin_of(folder: Path) -> Origin | None:
    """What is written down there; None for other ECGs than simulated ones, and what an older version wrote."""
    made = json.loads((folder / _COMPLETE).read_text()).get("origin")
    try:
        return Origin(**made | {"sources": tuple(made["sources"])})
    except TypeError:
        return None


def _rows_of_base(base: BaseECG, seed: int) -> list[_Row]:
    return list(_rows(simulated_ecgs([base], seed)))


def _rows(ecgs: Iterable[LabelledECG]) -> Iterator[_Row]:
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
            yield _Row(facts, arrays)


def _write(rows: Iterable[_Row], folder: Path, origin: Origin | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _COMPLETE).unlink(missing_ok=True)
    waiting: list[_Row] = []
    shard = 0
    for row in rows:
        waiting.append(row)
        if len(waiting) == SHARD_RECORDS:
            _write_shard(folder, shard, waiting)
            shard, waiting = shard + 1, []
    if waiting:
        _write_shard(folder, shard, waiting)
        shard += 1
    if not shard:
        raise ECGError("None of the ECGs could be prepared; 12-lead recordings of at least 10 s are needed.")
    made = {"shards": shard, "origin": None if origin is None else asdict(origin)}
    with replaced_at_once(folder / _COMPLETE) as unfinished:
        unfinished.write_text(json.dumps(made))


def load_prepared(folder: Path) -> PreparedECGs:
    """Read what `prepare` wrote. Raises FileNotFoundError while it is not complete."""
    shards = json.loads((folder / _COMPLETE).read_text())["shards"]
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


def _write_shard(folder: Path, index: int, rows: list[_Row]) -> None:
    pd.DataFrame([row.facts for row in rows]).to_parquet(folder / f"{index:03d}.parquet")
    for name in _ARRAYS:
        stacked = np.stack([row.arrays[name] for row in rows])
        np.save(folder / f"{index:03d}-{name}.npy", stacked, allow_pickle=False)
