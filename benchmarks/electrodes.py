"""How often exchanged electrodes are called, in real ECGs as recorded and with electrodes exchanged by lead algebra.

    python -m benchmarks.electrodes --ptbxl DIR [--pack] [--fit FILE]

Folds 1 to 9 of a PTB-XL folder, or with `--pack` its fold 10 from the compact file; no labels are read. Each call
in an ECG as recorded counts as false, though some electrodes will have been exchanged indeed. `--fit` writes the
covariances of these ECGs in the form of `ecg_core/filtering/lead_covariances.json`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecg_core.datasets.base_ecg import read_fold10_pack, read_ptbxl
from ecg_core.filtering.electrodes import EXCHANGES, MIRROR, Moments, likeliest_exchange
from ecg_core.filtering.lead_model import WAVES_S, wave_moments
from ecg_core.filtering.pipeline import filter_record
from ecg_core.record import ECGRecord

EVERY = 4  # of the ECGs gets its electrodes exchanged


def arm_to_leg(lead: str) -> NDArray[np.float64]:
    """`(8, 8)`: RA (lead "II" is gone) or LA ("III") on the right leg, where the potential is that of LL."""
    change = np.eye(8)
    gone = np.array([0.0, 1.0]) if lead == "II" else np.array([-1.0, 1.0])  # in I and II
    change[:2, :2] = [[1.0, -1.0], [0.0, 0.0]] if lead == "II" else [[0.0, 1.0], [0.0, 1.0]]
    change[2:, :2] = -gone / 3  # the central terminal moves
    return change


def changed(moments: Moments, change: NDArray[np.float64]) -> Moments:
    """The moments after the electrodes were exchanged."""
    return {wave: change @ rows @ change.T for wave, rows in moments.items()}


def share_called(ecgs: list[Moments], change: NDArray[np.float64], name: str) -> tuple[float, float]:
    """Share of the ECGs in which this exchange is called by its name, and in which any is."""
    calls = [likeliest_exchange(changed(moments, change)) for moments in ecgs]
    named = np.mean([call is not None and call.name == name for call in calls])
    return float(named), float(np.mean([call is not None for call in calls]))


def fit(ecgs: list[Moments]) -> str:
    """The mean of each wave's moments, scaled to a trace of 8, as JSON."""
    scaled = {
        wave: np.mean([ecg[wave] * 8 / np.trace(ecg[wave]) for ecg in ecgs], axis=0).round(4).tolist()
        for wave in WAVES_S
    }
    return json.dumps(scaled, indent=1) + "\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ptbxl", type=Path, required=True)
    parser.add_argument("--pack", action="store_true")
    parser.add_argument("--fit", type=Path)
    arguments = parser.parse_args()
    found = (
        wave_moments(filter_record(record).record) for record in _records(arguments.ptbxl, arguments.pack)
    )
    ecgs = [moments for moments in found if moments is not None]
    if arguments.fit:
        arguments.fit.write_text(fit(ecgs), encoding="utf-8")
    calls = [likeliest_exchange(moments) for moments in ecgs]
    print(f"{len(ecgs)} ECGs; called as recorded: {sum(call is not None for call in calls)}")
    print("| exchange | called as recorded | named when exchanged | any warning |\n|---|---|---|---|")
    kinds = [(exchange.name, exchange.change) for exchange in (*EXCHANGES, MIRROR)]
    for name, change in [*kinds, ("RA-RL", arm_to_leg("II")), ("LA-RL", arm_to_leg("III"))]:
        false = sum(call is not None and call.name == name for call in calls)
        named, any_warning = share_called(ecgs[::EVERY], change, name)
        print(f"| {name} | {false} ({false / len(ecgs):.2%}) | {named:.1%} | {any_warning:.1%} |", flush=True)


def _records(root: Path, pack: bool) -> Iterator[ECGRecord]:
    if pack:
        bases = read_fold10_pack(root / "fold10_500hz_delta_uv.npz", root / "fold10_labels.csv")
        yield from (base.record for base in bases)
    else:
        yield from (base.record for base in read_ptbxl(root) if base.split != "train")


if __name__ == "__main__":
    main()
