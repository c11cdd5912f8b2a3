"""A folder laid out as PhysioNet ships PTB-XL, holding a few bundled examples under made-up numbers."""

from pathlib import Path

import numpy as np
import pandas as pd
import wfdb

from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord

# ecg_id, patient_id, strat_fold, example
ROWS = (
    (11, 901.0, 2, "normal"),
    (12, 902.0, 5, "atrial_fibrillation"),
    (13, 903.0, 8, "left_bundle_branch_block"),
    (14, 904.0, 10, "first_degree_av_block"),
    (15, 905.0, 9, None),  # its files are absent
)


def example(key: str) -> ECGRecord:
    return open_ecg(next(item.path for item in list_examples() if item.key == key))


def write_mini_ptbxl(root: Path) -> Path:
    """The table and its records as WFDB, 500 Hz."""
    names = {ecg_id: f"records500/00000/{ecg_id:05d}_hr" for ecg_id, *_ in ROWS}
    (root / "records500/00000").mkdir(parents=True)
    for ecg_id, _, _, key in ROWS:
        if key is not None:
            record = example(key)
            wfdb.wrsamp(
                Path(names[ecg_id]).name,
                fs=500,
                units=["mV"] * 12,
                sig_name=[lead.upper() for lead in record.leads],  # PTB-XL writes AVR
                p_signal=record.signal_mv.T.astype(float),
                fmt=["16"] * 12,
                write_dir=str((root / names[ecg_id]).parent),
            )
    pd.DataFrame(
        {
            "ecg_id": [ecg_id for ecg_id, *_ in ROWS],
            "patient_id": [patient_id for _, patient_id, *_ in ROWS],
            "age": 60.0,
            "strat_fold": [fold for _, _, fold, _ in ROWS],
            "filename_hr": [names[ecg_id] for ecg_id, *_ in ROWS],
        }
    ).to_csv(root / "ptbxl_database.csv", index=False)
    return root


def write_fold10_pack(root: Path, keys: tuple[str, ...]) -> list[ECGRecord]:
    """The compact file of fold 10 with these examples, and its table; returns what was packed."""
    records = [example(key).select(INDEPENDENT_LEADS) for key in keys]
    microvolts = np.stack([np.round(record.signal_mv * 1000) for record in records]).astype(np.int16)
    delta = np.diff(microvolts, axis=-1, prepend=np.int16(0))
    np.savez_compressed(root / "fold10_500hz_delta_uv.npz", delta=delta)
    pd.DataFrame({"ecg_id": range(501, 501 + len(keys)), "AFIB": 0}).to_csv(
        root / "fold10_labels.csv", index=False
    )
    return records
