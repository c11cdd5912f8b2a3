"""How often 90 % intervals hold the truth, told more exactly than by one test part: cross-calibrated over all ECGs that no network learned from.

    python -m benchmarks.coverage --base-ecgs PTBXL [--challenge DIR] [--ludb DIR] [CHECKPOINT ...]

Simulated ECGs of the calibration and the test part together. A fifth of the patients at a time gets intervals that are
calibrated on the others, so that every ECG is judged once, by what it had no say in. The intervals that ship rest on the
calibration part alone, on fewer ECGs than here. In brackets 95 % bootstrap intervals over patients.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold

from ecg_core.cli.base_sources import simulated_sources
from ecg_core.cli.options import add_base_sources
from ecg_core.evaluation.calibrate import fit_calibration
from ecg_core.evaluation.metrics import patient_of_row, range_coverage
from ecg_core.inference.calibrated import TARGET_COVERAGE, apply_calibration
from ecg_core.inference.checkpoint import load_checkpoint, load_checkpoints
from ecg_core.network_files import NETWORKS
from ecg_core.training.assess import assess_simulated

FOLDS = 5


def main() -> None:
    """Simulate, estimate, calibrate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("checkpoints", type=Path, nargs="*", metavar="CHECKPOINT")
    parser.add_argument("--base-ecgs", type=Path, required=True, metavar="DIR")
    add_base_sources(parser)
    arguments = parser.parse_args()
    checkpoints = [load_checkpoint(folder) for folder in arguments.checkpoints] or load_checkpoints(NETWORKS)
    sources = simulated_sources(arguments)
    parts = [
        assess_simulated(checkpoints, sources.bases(split), sources.seed, sources.workers)
        for split in ("calibration", "test")
    ]
    for checkpoint, *tables in zip(checkpoints, *parts, strict=True):
        found = range_coverage(cross_calibrated(pd.concat(tables, ignore_index=True)))
        print(f"\n{checkpoint.card.title}: {found['n'].sum():,} SIMULATED ECGs")
        print(found.to_string(index=False, float_format="{:.3f}".format))


def cross_calibrated(table: pd.DataFrame) -> pd.DataFrame:
    """The rows with an estimate, each with the interval that the other folds' patients give."""
    rows = table.dropna(subset=["k_meq_l"]).reset_index(drop=True)
    bounds = np.empty((len(rows), 2))
    for others, fold in GroupKFold(FOLDS).split(rows, groups=patient_of_row(rows)):
        known = rows.iloc[others]
        calibration = fit_calibration(
            known["k_true_meq_l"].to_numpy(), known["k_meq_l"].to_numpy(), TARGET_COVERAGE
        )
        answered = apply_calibration(calibration, rows["k_meq_l"].to_numpy()[fold])
        bounds[fold] = np.column_stack([answered.k_low, answered.k_high])
    return rows.assign(k_low=bounds[:, 0], k_high=bounds[:, 1])


if __name__ == "__main__":
    main()
