"""The potassium simulation beside emergency ECGs with laboratory potassium: class by class, feature by feature.

    python -m benchmarks.simulation --base-ecgs PTBXL [--challenge DIR] [--ludb DIR] [--figures DIR]

Prints the tables of docs/simulation.md and draws its figures. Simulated ECGs stand on bases of the training part
only, and pass through the filter, the wave finder and the measurements of the app. What was measured stands in
`emergency_statistics.json`: aggregate numbers of about 100 ECGs, automatic delineation, by similar definitions (see
there), so agreement closer than some percent means nothing. Its classes hold levels that are not known one
by one; `draw_level` says which are simulated for them.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from benchmarks.simulation_figures import draw_beats, draw_classes
from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.types import Annotation
from ecg_core.datasets.base_ecg import BaseECG, read_bases
from ecg_core.errors import SignalError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.measurements.measure import measure
from ecg_core.record import ECGRecord
from ecg_core.simulation.parameters import parameter_table
from ecg_core.simulation.simulate import simulate_potassium

STATISTICS = Path(__file__).with_name("emergency_statistics.json")
MEASURED_LEADS = ("II", "V2", "V3", "V4", "V5")
# What the measurements of the app call the features of the statistics; "/" is a quotient of two.
FEATURES = {
    "HR": "heart_rate_bpm",
    "QRS": "qrs_ms",
    "P_II": "p_amplitude_mv_II",
    **{f"T_{lead}": f"t_amplitude_mv_{lead}" for lead in MEASURED_LEADS},
    "TR_V4": "t_amplitude_mv_V4/qrs_peak_to_peak_mv_V4",
    **{f"Tw50_{lead}": f"t_width_ms_{lead}" for lead in ("II", "V4", "V5")},
    "Tasym_V4": "t_symmetry_V4",
    **{f"Tdn_{lead}": f"t_downslope_mv_s_{lead}" for lead in ("II", "V4", "V5")},
    **{f"SsqA_{lead}": f"t_downslope_per_root_mv_{lead}" for lead in ("II", "V4", "V5")},
    "ST60_V5": "st_j60_mv_V5",
    "Tpk_V5": "t_peak_ms_V5",
    "R_V5": "r_amplitude_mv_V5",
    "QRSpp_V4": "qrs_peak_to_peak_mv_V4",
    "rrcv": "rr_sd_ms/rr_ms",
}
WITHIN_RHO = 0.15
DRAWS = 2


def draw_level(of_class: int, rng: np.random.Generator) -> float:
    """A potassium level of a class, mEq/L: uniform between its bounds; normal ones around 4.3, high ones falling off from 6.5."""
    if of_class == 2:
        return float(np.clip(rng.normal(4.3, 0.45), 3.5, 5.5))
    if of_class == 4:
        return float(min(6.5 + rng.exponential(0.8), 9.5))
    return float(rng.uniform(*((2.0, 2.5), (2.5, 3.5), (3.5, 5.5), (5.5, 6.5))[of_class]))


def features(filtered: ECGRecord, annotation: Annotation) -> dict[str, float]:
    """Every feature of the statistics, and the PR interval, as the app measures them; NaN where not measurable."""
    rows = measure(annotation, filtered.select(MEASURED_LEADS))
    values = {row.key: row.median_beat if np.isfinite(row.median_beat) else row.value for row in rows}
    found = {}
    for name, key in FEATURES.items():
        above, _, below = key.partition("/")
        found[name] = values[above] / (values[below] or np.nan) if below else values[above]
    return {**found, "PR": values["pr_ms"]}


def simulated_features(bases: Iterator[BaseECG], counts: list[int], seed: int) -> pd.DataFrame:
    """Rows of simulated ECGs, `DRAWS` per base: its source and own features, and the features at the level of a drawn class."""
    rng = np.random.default_rng(seed)
    shares = np.array(counts) / sum(counts)
    rows: list[dict[str, Any]] = []
    for base in bases:
        filtered = filter_record(base.record).record
        annotation = annotate(filtered)
        own = {f"base_{name}": value for name, value in features(filtered, annotation).items()}
        for _ in range(DRAWS):
            of_class = int(rng.choice(len(counts), p=shares))
            level = draw_level(of_class, rng)
            try:
                seen = filter_record(simulate_potassium(filtered, annotation, level, rng)).record
            except SignalError:  # a gap, a missing lead, too few beats
                break
            found = features(seen, annotate(seen))
            rows.append(
                {"base": base.record_id, "source": base.source, "class": of_class, "k": level, **own, **found}
            )
    return pd.DataFrame(rows)


def print_match(table: pd.DataFrame, measured: dict[str, Any]) -> None:
    """Medians and rank correlations, simulated against measured; what does not match is marked."""
    print("| feature | " + " | ".join(measured["classes_mEq_per_L"]) + " | rank correlation |")
    print("|---" * 7 + "|")
    for name, classes in measured["median_q25_q75"].items():
        cells = []
        for of_class, (median, low, high) in enumerate(classes):
            value = table.loc[table["class"] == of_class, name].median()
            mark = "" if low <= value <= high else " ✗"
            cells.append(f"{value:.3g} (**{median:.3g}**, {low:.3g} to {high:.3g}){mark}")
        rho = spearmanr(table[name], table["class"], nan_policy="omit").statistic
        true_rho = measured["spearman_vs_class"][name]
        mark = "" if abs(rho - true_rho) <= WITHIN_RHO else " ✗"
        print(f"| {name} | " + " | ".join(cells) + f" | {rho:.2f} (**{true_rho:.2f}**){mark} |")


def print_prevalence(table: pd.DataFrame) -> None:
    """Signs above 7 mEq/L and at normal levels, beside those of the literature, and what one feature tells alone."""
    severe, normal = table["k"] > 7, table["class"] == 2
    print(f"\nK > 7 (n = {severe.sum()}) | K 3.5-5.5 (n = {normal.sum()})")
    for words, literature, found in (
        ("QRS >= 120 ms", "31.6 v 8.2 %", table["QRS"] >= 120),
        ("PR > 200 ms", "18.4 v 7.1 %", table["PR"] > 200),
        ("rate < 60", "18.4 v 6.5 %", table["HR"] < 60),
        ("no P found", "not known", table["P_II"].isna()),
    ):
        shares = f"{found[severe].mean():5.1%} | {found[normal].mean():5.1%}"
        print(f"  {words:<14} {shares}   (literature: {literature})")
    for name in ("SsqA_V5", "Tw50_V5"):
        known = table.dropna(subset=[name])
        sign = 1 if name == "SsqA_V5" else -1
        hyper = roc_auc_score(known["k"] >= 5.5, sign * known[name])
        hypo = roc_auc_score(known["k"] <= 3.5, -sign * known[name])
        print(f"  {name} alone: AUC {hyper:.2f} for K >= 5.5, {hypo:.2f} for K <= 3.5")


def print_bases(table: pd.DataFrame) -> None:
    """How many bases of which source and kind."""
    bases = table.drop_duplicates("base")
    sources = ", ".join(f"{n} {source}" for source, n in bases["source"].value_counts().items())
    print(f"\n{len(table)} simulated ECGs over {len(bases)} bases: {sources}")
    kinds = {
        "rate < 60": bases["base_HR"] < 60,
        "rate > 100": bases["base_HR"] > 100,
        "QRS >= 120 ms": bases["base_QRS"] >= 120,
        "PR > 200 ms": bases["base_PR"] > 200,
        "no P in II": bases["base_P_II"].isna(),
        "irregular (SD of RR > 10 %)": bases["base_rrcv"] > 0.1,
        "T inverted in V5": bases["base_T_V5"] < 0,
    }
    print("  " + ", ".join(f"{words} {found.sum()}" for words, found in kinds.items()))


def print_parameters() -> None:
    """The parameters as docs/simulation.md shows them."""
    print("\n| parameter | value | unit | what it changes | source |")
    print("|---" * 5 + "|")
    for name, value in parameter_table():
        print(f"| `{name}` | {float(value):g} | {value.unit} | {value.meaning} | {value.source} |")


def main() -> None:
    """Simulate, measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--base-ecgs", type=Path, required=True, metavar="PTBXL")
    parser.add_argument("--challenge", type=Path, metavar="DIR")
    parser.add_argument("--ludb", type=Path, metavar="DIR")
    parser.add_argument(
        "--every", type=int, default=4, metavar="N", help="take every Nth PTB-XL training ECG"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--figures", type=Path, metavar="DIR", help="draw the figures of docs/simulation.md here"
    )
    arguments = parser.parse_args()
    measured = json.loads(STATISTICS.read_text())
    bases = _training_bases(
        read_bases(arguments.base_ecgs, arguments.challenge, arguments.ludb), arguments.every
    )
    table = simulated_features(bases, measured["n_per_class"], arguments.seed)
    print_bases(table)
    print_match(table, measured)
    print_prevalence(table)
    print_parameters()
    if arguments.figures:
        arguments.figures.mkdir(parents=True, exist_ok=True)
        draw_classes(table, measured, arguments.figures / "classes.png")
        draw_beats(arguments.figures / "beats.png")


def _training_bases(bases: Iterator[BaseECG], every: int) -> Iterator[BaseECG]:
    """The training part: all of the small sources, every nth ECG of PTB-XL."""
    n_ptbxl = 0
    for base in bases:
        if base.split != "train":
            continue
        n_ptbxl += base.source == "PTB-XL"
        if base.source != "PTB-XL" or n_ptbxl % every == 0:
            yield base


if __name__ == "__main__":
    main()
