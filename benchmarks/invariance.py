"""Does an ECG keep its potassium estimate when the same signal comes in another shape?

    python -m benchmarks.invariance [--n 6]

The twelve-lead ECGs that come with the program, at other sampling rates, in microvolts, with their leads in another
order, and with mains interference of either polarity. For each change and model: by how much the estimate moves. Ends
with status 1 where the median is 0.3 mEq/L or more. `benchmarks.potassium_on_pages` does the same for printed pages.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.signal import resample_poly

from ecg_core.analysis import analyze
from ecg_core.inference.checkpoint import Checkpoint, load_checkpoints
from ecg_core.leads import STANDARD_LEADS
from ecg_core.readers import NamedBytes, open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord

LIMIT_MEQ_L = 0.3

_MAINS_MV = 0.1


def main() -> int:
    """Print a line for each change and model; returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--n", type=int, default=6, help="at most so many ECGs (default: %(default)s)")
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    arguments = parser.parse_args()
    checkpoints = load_checkpoints(arguments.checkpoints)
    records = twelve_lead_examples()[: arguments.n]
    print(
        f"{len(records)} ECGs, with potassium as it was or simulated\n{'change':22s}{'model':28s}  n  median |dK|  largest"
    )
    before = np.array([estimates(record, checkpoints) for record in records])
    worst = 0.0
    for name, change in CHANGES.items():
        moved = np.abs(np.array([estimates(change(record), checkpoints) for record in records]) - before)
        for column, checkpoint in zip(moved.T, checkpoints, strict=True):
            known = column[np.isfinite(column)]
            if known.size:
                worst = max(worst, float(np.median(known)))
                print(
                    f"{name:22s}{checkpoint.card.title:28s}{known.size:3d}{np.median(known):13.3f}{known.max():9.3f}"
                )
    return int(worst >= LIMIT_MEQ_L)


def twelve_lead_examples() -> list[ECGRecord]:
    """The WFDB records that come with the program and hold all twelve leads."""
    records = [open_ecg(example.path) for example in list_examples() if example.path.suffix == ".hea"]
    return [record for record in records if set(STANDARD_LEADS) <= set(record.leads)]


def estimates(record: ECGRecord, checkpoints: Sequence[Checkpoint]) -> list[float]:
    """The estimate of each model in mEq/L, NaN where it abstains."""
    return [prediction.k_meq_l for prediction in analyze(record, checkpoints=checkpoints).predictions]


def at_rate(record: ECGRecord, fs_hz: float) -> ECGRecord:
    """The same signal at another sampling rate."""
    ratio = Fraction(fs_hz / record.fs_hz).limit_denominator(1000)
    signal_mv = resample_poly(record.signal_mv, ratio.numerator, ratio.denominator, axis=1, padtype="line")
    return record.with_signal(signal_mv.astype(np.float32), fs_hz)


def in_microvolts(record: ECGRecord) -> ECGRecord:
    """The same signal read from a table in microvolts."""
    table = pd.DataFrame(record.signal_mv.T * 1000.0, columns=[f"{lead} (uV)" for lead in record.leads])
    table.insert(0, "time (s)", np.arange(record.n_samples) / record.fs_hz)
    return open_ecg([NamedBytes("same.csv", table.to_csv(index=False).encode())])


def reordered(record: ECGRecord) -> ECGRecord:
    """The same leads, last first."""
    return record.select(record.leads[::-1])


def with_mains(record: ECGRecord, mains_hz: float, sign: float) -> ECGRecord:
    """With interference of 0.1 mV in every lead."""
    time_s = np.arange(record.n_samples) / record.fs_hz
    hum_mv = sign * _MAINS_MV * np.sin(2 * np.pi * mains_hz * time_s)
    return record.with_signal((record.signal_mv + hum_mv).astype(np.float32))


CHANGES: Mapping[str, Callable[[ECGRecord], ECGRecord]] = {
    "250 Hz": lambda record: at_rate(record, 250.0),
    "1000 Hz": lambda record: at_rate(record, 1000.0),
    "microvolts": in_microvolts,
    "other order of leads": reordered,
    "mains 50 Hz": lambda record: with_mains(record, 50.0, 1.0),
    "mains 50 Hz reversed": lambda record: with_mains(record, 50.0, -1.0),
    "mains 60 Hz": lambda record: with_mains(record, 60.0, 1.0),
    "mains 60 Hz reversed": lambda record: with_mains(record, 60.0, -1.0),
}

if __name__ == "__main__":
    sys.exit(main())
