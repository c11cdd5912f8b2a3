"""The quartiles of each potassium class beside which the Potassium page draws an ECG's own measurements.

    python -m benchmarks.class_ranges --prepared FOLDER

Writes `ecg_core/explanation/class_ranges.json`: quartiles of simulated ECGs, prepared by `train` from training
records only, and of about 100 real ones, whose aggregate stands in `emergency_statistics.json` (other
delineation, similar definitions; docs/simulation.md says how the two differ).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulation import STATISTICS
from ecg_core.datasets.prepared import load_prepared
from ecg_core.explanation.class_ranges import FILE
from ecg_core.inference.measured import MEASURED_KEYS

# Measurement, name for the screen, unit, and its name in the statistics of real ECGs.
FEATURES = (
    ("t_width_ms_II", "T width, II", "ms", "Tw50_II"),
    ("t_width_ms_V5", "T width, V5", "ms", "Tw50_V5"),
    ("t_downslope_per_root_mv_V5", "T downslope / √amplitude, V5", "√mV/s", "SsqA_V5"),
    ("t_amplitude_mv_V4", "T amplitude, V4", "mV", "T_V4"),
    ("p_amplitude_mv_II", "P amplitude, II", "mV", "P_II"),
    ("qrs_ms", "QRS duration", "ms", "QRS"),
    ("qtc_fridericia_ms", "QTc (Fridericia)", "ms", None),
    ("pr_ms", "PR interval", "ms", None),
    ("st_j60_mv_V5", "ST at J + 60 ms, V5", "mV", "ST60_V5"),
)
_EDGES_MEQ_L = (2.5, 3.5, 5.5, 6.5)
_REAL_SOURCE = (
    "{n} real emergency ECGs with laboratory potassium within an hour ({per_class} in the classes), aggregate of a "
    "public competition set of Tri-Service General Hospital, measured automatically and not checked by hand"
)
_SIMULATED_SOURCE = "{n:,} simulated ECGs over {bases:,} real ones, training records only"


def quartiles(values: NDArray[np.float64]) -> list[float]:
    """Lower quartile, median, upper quartile and number of the known values."""
    known = values[np.isfinite(values)]
    low, middle, high = (float(f"{value:.3g}") for value in np.percentile(known, [25, 50, 75]))
    return [low, middle, high, int(known.size)]


def table(prepared: Path) -> dict[str, Any]:
    """Everything that the file holds."""
    statistics = json.loads(STATISTICS.read_text())
    ecgs = load_prepared(prepared)
    of_class = np.digitize(ecgs.table["k_meq_l"], _EDGES_MEQ_L, right=False)
    of_class[ecgs.table["k_meq_l"] == _EDGES_MEQ_L[1]] = 1  # 3.5 counts as low
    n_real = statistics["n_delineated"]
    features = []
    for key, name, unit, real_name in FEATURES:
        column = ecgs.measured[:, MEASURED_KEYS.index(key)].astype(np.float64)
        real = statistics["median_q25_q75"].get(real_name, [])
        features.append(
            {
                "key": key,
                "name": name,
                "unit": unit,
                "real": [
                    [low, middle, high, n] for (middle, low, high), n in zip(real, n_real, strict=False)
                ],
                "simulated": [quartiles(column[of_class == i]) for i in range(len(n_real))],
            }
        )
    return {
        "classes": ["≤ 2.5", "2.5–3.5", "3.5–5.5", "5.5–6.5", "≥ 6.5"],
        "real_source": _REAL_SOURCE.format(n=sum(n_real), per_class=", ".join(map(str, n_real))),
        "simulated_source": _SIMULATED_SOURCE.format(n=len(of_class), bases=ecgs.table["base"].nunique()),
        "features": features,
    }


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prepared", type=Path, required=True)
    found = table(parser.parse_args().prepared)
    FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
