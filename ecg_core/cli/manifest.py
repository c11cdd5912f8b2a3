"""`manifest`: check the list of a site's own ECGs, or make one from a data set."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from ecg_core.cli.site_manifest import describe, manifest_of, window_of
from ecg_core.datasets.mimic_iv_ecg import mimic_manifest, read_labs
from ecg_core.datasets.vitaldb import read_vitaldb
from ecg_core.errors import ECGError
from ecg_core.whole_files import replaced_at_once
from ecg_core.writers import write_wfdb

_ECGS = "ecgs"


def run(arguments: argparse.Namespace) -> int:
    """Check or write a manifest; returns the exit status."""
    return {"check": _check, "mimic-iv-ecg": _mimic, "vitaldb": _vitaldb}[arguments.source](arguments)


def _check(arguments: argparse.Namespace) -> int:
    print(describe(manifest_of(arguments).ecgs))
    return 0


def _mimic(arguments: argparse.Namespace) -> int:
    print("Reading the laboratory values (a hundred million rows; some minutes)", flush=True)
    labs = read_labs(arguments.hosp)
    table = mimic_manifest(arguments.ecgs, labs, arguments.hosp, window_of(arguments))
    print(
        f"{len(labs.values):,} potassium values of blood; left out {labs.n_hemolyzed:,} hemolyzed and "
        f"{labs.n_unusable:,} without a plausible number in mEq/L."
    )
    _write(table, arguments.out)
    print(f"Use it with --manifest {arguments.out} --ecg-folder {arguments.ecgs}")
    return 0


def _vitaldb(arguments: argparse.Namespace) -> int:
    rows = []
    for stretch in read_vitaldb(arguments.tables, arguments.tracks, window_of(arguments)):
        write_wfdb(stretch.record, arguments.out / _ECGS, stretch.name)
        rows.append({"file": f"{_ECGS}/{stretch.name}.hea", **stretch.row})
    _write(pd.DataFrame(rows), arguments.out / "manifest.csv")
    print(f"Use it with --manifest {arguments.out / 'manifest.csv'}")
    return 0


def _write(table: pd.DataFrame, path: Path) -> None:
    if table.empty:
        raise ECGError("No ECG has a potassium value near enough; check the folders, or widen --window-min.")
    with replaced_at_once(path) as unfinished:
        table.to_csv(unfinished, index=False)
    print(f"{len(table):,} ECGs of {table['patient'].nunique():,} patients written to {path}.")
