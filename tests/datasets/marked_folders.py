"""Small folders laid out as PhysioNet ships them, from three LUDB records."""

from pathlib import Path

import numpy as np
import wfdb

from ecg_core.filtering.resample import resample
from tests.annotation.annotated_ecgs import FIXTURES, SINUS, manual_marks, raw_ecg

RHYTHMS = {"1": "Sinus bradycardia", "88": "Atrial fibrillation", "105": "Sinus rhythm"}


def ludb_folder(root: Path) -> Path:
    (root / "data").mkdir(parents=True)
    for path in FIXTURES.iterdir():
        if path.stem in RHYTHMS:
            (root / "data" / path.name).write_bytes(path.read_bytes())
    rows = [f'{number},"{rhythm}\n"' for number, rhythm in RHYTHMS.items()]
    (root / "ludb.csv").write_text("ID,Rhythms\n" + "\n".join(rows) + "\n")
    return root


def qt_folder(root: Path) -> Path:
    """Leads II and V5 of one record at 250 Hz; three of its beats are marked, as in lead II."""
    root.mkdir(parents=True)
    _write(root, "sel1", 250.0)
    marks = np.concatenate([manual_marks(SINUS, "II", wave)[1:4].ravel() // 2 for wave in ("P", "QRS", "T")])
    symbols = np.repeat(["(", "p", ")"] * 3 + ["(", "N", ")"] * 3 + ["(", "t", ")"] * 3, 1)
    order = np.argsort(marks, kind="stable")
    wfdb.wrann("sel1", "atr", marks[order], symbols[order].tolist(), write_dir=str(root), fs=250)
    (root / "sel1.atr").rename(root / "sel1.q1c")  # wfdb writes letters only
    return root


def arrhythmia_folder(root: Path) -> Path:
    """The same leads at 360 Hz; beats as marked in lead II, one called ventricular, with marks that are no beats."""
    root.mkdir(parents=True, exist_ok=True)
    _write(root, "100", 360.0)
    beats = np.rint(manual_marks(SINUS, "II", "QRS")[:, 1] * 0.72).astype(int)
    symbols = ["N"] * len(beats)
    symbols[2] = "V"
    places = np.concatenate([beats, [5, 2500, 3000, 3100]])
    symbols += ["+", "[", "]", "~"]
    order = np.argsort(places, kind="stable")
    wfdb.wrann("100", "atr", places[order], [symbols[k] for k in order], write_dir=str(root), fs=360)
    return root


def _write(root: Path, name: str, fs_hz: float) -> None:
    record = raw_ecg(SINUS).select(["II", "V5"])
    signal = resample(record.signal_mv, record.fs_hz, fs_hz).T.astype(np.float64)
    wfdb.wrsamp(
        name, fs_hz, ["mV", "mV"], ["II", "V5"], p_signal=signal, fmt=["16", "16"], write_dir=str(root)
    )
