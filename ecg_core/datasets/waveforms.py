"""Real ECGs without labels as plain arrays: what the restoration of leads learns from and is judged on."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.datasets.base_ecg import BaseECG, ListedECG, opened, split_of_fold
from ecg_core.datasets.digest import digest
from ecg_core.errors import ECGError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.resample import resample
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.whole_files import replaced_at_once

FS_HZ = 125.0
SAMPLES = 1250  # 10 s

Part = Literal["train", "validation", "test", "external"]

_IDS_PER_BLOCK = 100
_SIGNALS, _TABLE, _MADE_OF = "signal_uv.npy", "table.parquet", "made_of.txt"


@dataclass(frozen=True, eq=False)
class Waveforms:
    """Filtered ECGs: row i of `table` (record_id, source, part) is `signal_uv[i]`, `(n, 8, 1250)` int16 at 125 Hz."""

    table: pd.DataFrame
    signal_uv: NDArray[np.int16]

    def part_mv(self, part: Part) -> NDArray[np.float32]:
        """The signals of one part, `(n, 8, 1250)` in millivolts."""
        return self.signal_uv[(self.table["part"] == part).to_numpy()].astype(np.float32) / 1000.0


def part_of(base: BaseECG | ListedECG) -> Part:
    """The part of the data an ECG belongs to when leads are restored; no label plays a role in it.

    PTB-XL's fold 10 is shared out (11/20 train, 1/20 validation, 8/20 test), because the other folds may be at
    hand only in part. PTB-XL numbers its records by date and the compact file of fold 10 names no patients, so
    whole blocks of 100 numbers stay together: the ECGs of one hospital stay are not torn apart. LUDB comes from
    another country and device and is only ever tested on.
    """
    if base.source == "LUDB":
        return "external"
    if base.source != "PTB-XL" or base.split != split_of_fold(10):
        return "train"
    block = int(base.record_id.removeprefix("ptbxl-")) // _IDS_PER_BLOCK
    twentieth = zlib.crc32(str(block).encode()) % 20
    return "train" if twentieth < 11 else "validation" if twentieth == 11 else "test"


def prepare_waveforms(bases: Iterable[ListedECG], folder: Path, report: Callable[[str], None]) -> Waveforms:
    """Filter and resample every ECG of at least 10 s with all eight independent leads, and write them to `folder`.

    What an earlier call made of the same ECGs there is read instead. Raises ECGError when no ECG is usable.
    """
    bases = list(bases)
    made_of = digest([base.record_id for base in bases])
    if (folder / _MADE_OF).is_file() and (folder / _MADE_OF).read_text() == made_of:
        return Waveforms(pd.read_parquet(folder / _TABLE), np.load(folder / _SIGNALS, allow_pickle=False))
    facts, signals = [], []
    for base in opened(bases):
        signal_uv = _signal_uv(base)
        if signal_uv is None:
            continue
        facts.append({"record_id": base.record_id, "source": base.source, "part": part_of(base)})
        signals.append(signal_uv)
        if len(signals) % 500 == 0:
            report(f"{len(signals)} ECGs filtered")
    if not signals:
        raise ECGError("None of the ECGs can be used; 12-lead recordings of at least 10 s are needed.")
    waveforms = Waveforms(pd.DataFrame(facts), np.stack(signals))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _MADE_OF).unlink(missing_ok=True)
    np.save(folder / _SIGNALS, waveforms.signal_uv, allow_pickle=False)
    waveforms.table.to_parquet(folder / _TABLE)
    with replaced_at_once(folder / _MADE_OF) as unfinished:  # last: it says that the others are whole
        unfinished.write_text(made_of)
    return waveforms


def _signal_uv(base: BaseECG) -> NDArray[np.int16] | None:
    """`(8, 1250)`, or None where a lead is absent, flat or has a gap, or the ECG is too short."""
    if not set(INDEPENDENT_LEADS) <= set(base.record.leads):
        return None
    filtered = filter_record(base.record.select(INDEPENDENT_LEADS)).record
    signal_mv = resample(filtered.signal_mv, filtered.fs_hz, FS_HZ)[:, :SAMPLES]
    if signal_mv.shape[1] < SAMPLES or not np.isfinite(signal_mv).all() or (signal_mv.std(axis=1) == 0).any():
        return None
    return np.clip(np.rint(signal_mv * 1000), -32000, 32000).astype(np.int16)
