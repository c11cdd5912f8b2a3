"""Labelled ECGs turned into network inputs once and kept on disk as plain arrays."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.cycles import cut_cycles
from ecg_core.datasets.base_ecg import Split
from ecg_core.datasets.potassium import LabelledECG
from ecg_core.errors import ECGError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.resample import resample
from ecg_core.inference.inputs import cycle_input, median_beat_input
from ecg_core.leads import INDEPENDENT_LEADS

CYCLES_PER_RECORD = 4
RECORD_SAMPLES = 5000  # 10 s at 500 Hz
SHARD_RECORDS = 500

_COMPLETE = "complete.json"  # written last
_ARRAYS = ("signal_uv", "cycles", "median_mv")


@dataclass(frozen=True, eq=False)
class PreparedECGs:
    """Row i of everything is record i.

    `table` has record_id, patient_id, base, split, k_meq_l, simulated; `signal_uv` `(n, 8, 5000)` int16, filtered,
    eight independent leads; `cycles` `(n, 4, 512)` float16 z-scored cycles of lead II; `median_mv`
    `(n, 2, 512)` float16 median beats of II and V5.
    """

    table: pd.DataFrame
    signal_uv: NDArray[np.int16]
    cycles: NDArray[np.float16]
    median_mv: NDArray[np.float16]

    def part(self, split: Split) -> PreparedECGs:
        """The rows of one split."""
        rows = np.flatnonzero(self.table["split"] == split)
        return PreparedECGs(
            self.table.iloc[rows].reset_index(drop=True),
            self.signal_uv[rows],
            self.cycles[rows],
            self.median_mv[rows],
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
    (folder / _COMPLETE).unlink(missing_ok=True)
    rows: list[dict[str, object]] = []
    arrays: dict[str, list[NDArray[np.generic]]] = {name: [] for name in _ARRAYS}
    shard = 0
    for ecg in ecgs:
        inputs = _network_inputs(ecg)
        if inputs is None:
            continue
        rows.append(
            {
                "record_id": ecg.record_id,
                "patient_id": ecg.patient_id,
                "base": ecg.base,
                "split": ecg.split,
                "k_meq_l": ecg.k_meq_l,
                "simulated": ecg.record.simulated,
            }
        )
        for name in _ARRAYS:
            arrays[name].append(inputs[name])
        if len(rows) == SHARD_RECORDS:
            _write_shard(folder, shard, rows, arrays)
            shard, rows, arrays = shard + 1, [], {name: [] for name in _ARRAYS}
    if rows:
        _write_shard(folder, shard, rows, arrays)
        shard += 1
    if not shard:
        raise ECGError("None of the ECGs could be prepared; 12-lead recordings of at least 10 s are needed.")
    (folder / _COMPLETE).write_text(json.dumps({"shards": shard}))


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
        beats, median = cycle_input(cycles), median_beat_input(cycles)
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
    }


def _write_shard(
    folder: Path, index: int, rows: list[dict[str, object]], arrays: dict[str, list[NDArray[np.generic]]]
) -> None:
    pd.DataFrame(rows).to_parquet(folder / f"{index:03d}.parquet")
    for name, items in arrays.items():
        np.save(folder / f"{index:03d}-{name}.npy", np.stack(items), allow_pickle=False)
