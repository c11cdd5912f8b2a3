"""How well leads are restored the way the program does it, at the record's own rate, and how long that takes.

    python -m benchmarks.restoration --ptbxl DIR [--every 4]

Every so many of the ECGs of PTB-XL's fold 10 of which the restoration learned nothing, read from the compact file,
filtered, and restored from a few sets of leads at 500 Hz. The figures of all of them at 125 Hz are printed by
`python -m ecg_core evaluate restoration`.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from ecg_core.datasets.base_ecg import read_fold10_pack
from ecg_core.datasets.waveforms import part_of
from ecg_core.evaluation.restoration import correlation
from ecg_core.filtering.pipeline import filter_record
from ecg_core.twelve_lead.restore import bundled_restorer, restore

LEAD_SETS = (("I", "II", "V2", "V5"), ("I", "II", "V2", "V4"), ("I", "II", "V1"), ("I", "II"))


def main() -> None:
    """Print a line per set of leads."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--ptbxl", type=Path, required=True)
    parser.add_argument("--every", type=int, default=4)
    arguments = parser.parse_args()
    restorer = bundled_restorer()
    bases = read_fold10_pack(
        arguments.ptbxl / "fold10_500hz_delta_uv.npz", arguments.ptbxl / "fold10_labels.csv"
    )
    held_out = [base for base in bases if part_of(base) == "test"][:: arguments.every]
    found: list[list[float]] = [[] for _ in LEAD_SETS]
    taken_s = []
    for base in held_out:
        filtered = filter_record(base.record).record
        for leads, r in zip(LEAD_SETS, found, strict=True):
            began = time.process_time()
            restored = restore(filtered.select(leads), restorer)
            taken_s.append(time.process_time() - began)
            for lead in restored.estimated:
                r.append(float(correlation(restored.record.lead_mv(lead), filtered.lead_mv(lead))))
    print(
        f"{len(held_out)} ECGs of fold 10 at 500 Hz; {1000 * np.median(taken_s):.0f} ms each (processor time)"
    )
    for leads, r in zip(LEAD_SETS, found, strict=True):
        print(f"{', '.join(leads)}: median r {np.median(r):.4f}, one in ten below {np.quantile(r, 0.1):.2f}")


if __name__ == "__main__":
    main()
