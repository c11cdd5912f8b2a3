"""`simulate`: real ECGs as they might look at another potassium level, as WFDB."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from ecg_core.annotation.annotate import annotate
from ecg_core.cli.batch import run_batch
from ecg_core.cli.opening import open_path
from ecg_core.cli.results import ResultFolder
from ecg_core.datasets.potassium import K_MAX_MEQ_L, K_MIN_MEQ_L
from ecg_core.errors import ECGError, SignalError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.simulation.effects import TYPICAL_PATIENT
from ecg_core.simulation.simulate import simulate_potassium
from ecg_core.writers import wfdb_stem, write_wfdb


def run(arguments: argparse.Namespace) -> int:
    """Write a simulated record for every ECG; returns the exit status."""
    k_meq_l: float = arguments.k
    if not K_MIN_MEQ_L <= k_meq_l <= K_MAX_MEQ_L:
        raise ECGError(f"The simulation covers {K_MIN_MEQ_L:g} to {K_MAX_MEQ_L:g} mEq/L, not {k_meq_l:g}.")

    suffix = f"_k{k_meq_l:.1f}".replace(".", "_")
    results = ResultFolder(
        arguments.out, lambda path: f"{wfdb_stem(path.stem)}{suffix}.hea", resume=arguments.resume
    )

    def step(path: Path) -> None:
        base = filter_record(open_path(path, arguments)).record
        try:
            simulated = simulate_potassium(
                replace(base, notes=()),
                annotate(base),
                k_meq_l,
                np.random.default_rng(0),
                TYPICAL_PATIENT,
                unrelated=False,
            )
        except ValueError as error:
            raise SignalError(f"This ECG cannot carry the simulation: {error}.") from error
        write_wfdb(simulated, arguments.out, results.path(path).stem)

    return run_batch(arguments.paths, step, results.is_done)
