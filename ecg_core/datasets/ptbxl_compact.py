"""PTB-XL in compact files: many records in one array beside a table of labels, row by row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import ECGError
from ecg_core.leads import STANDARD_LEADS, standard_from_independent
from ecg_core.record import ECGRecord, Source

FOLD10_PACK, FOLD10_LABELS = "fold10_500hz_delta_uv.npz", "fold10_labels.csv"


def read_pack(pack: Path, key: str, labels: Path, n_labels: int) -> NDArray[np.int16]:
    """The array `key` of `pack`, a row for each of the `n_labels` rows of `labels`. Raises ECGError when there are others."""
    values: NDArray[np.int16] = np.load(pack, allow_pickle=False)[key]
    if len(values) != n_labels:
        raise ECGError(
            f"{pack} holds {len(values)} ECGs, but {labels} names {n_labels}; use files of one release."
        )
    return values


def fold10_record(delta_uv: NDArray[np.int16], name: str) -> ECGRecord:
    """The twelve leads at 500 Hz from the differences of the eight independent ones, `(8, samples)` in microvolts."""
    signal_mv = np.cumsum(delta_uv, axis=-1, dtype=np.int16).astype(np.float32) / np.float32(1000)
    return ECGRecord(
        standard_from_independent(signal_mv), 500.0, STANDARD_LEADS, source=Source(name, "PTB-XL")
    )
