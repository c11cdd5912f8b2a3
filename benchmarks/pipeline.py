"""From an uploaded ECG to everything on the screens: time by part, and what each page sends to the browser.

    python -m benchmarks.pipeline

Medians over warm runs. The figures of all ECG pages are counted into the time, although the app draws
one page at a time. Ends with status 1 when the total is beyond 1.0 s or a page beyond 1 MB.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import torch

from ecg_core.analysis import Analysis, analyze
from ecg_core.evaluation.metrics import (
    estimates_per_range,
    per_range,
    range_confusion,
    range_coverage,
)
from ecg_core.evaluation.probabilities import class_reliability
from ecg_core.evaluation.ranges import K_RANGES
from ecg_core.evaluation.table import read_evaluation
from ecg_core.figures.cycles import cycles_figure
from ecg_core.figures.estimate_and_truth import POTASSIUM, truth_heatmap_figure
from ecg_core.figures.evaluation import (
    confusion_figure,
    coverage_figure,
    error_figure,
    range_boxplot_figure,
    reliability_figure,
)
from ecg_core.figures.export import serialized_bytes
from ecg_core.figures.model_inputs import crop_figure, items_figure
from ecg_core.figures.page import LayoutName, arrange
from ecg_core.figures.paper import paper_figure
from ecg_core.figures.potassium import estimates_figure, item_spread_figure
from ecg_core.figures.probabilities import class_probability_figure
from ecg_core.figures.training import loss_figure
from ecg_core.inference.checkpoint import EVALUATION, LOSS_CURVE, Checkpoint, load_checkpoints
from ecg_core.inference.types import ModelInput
from ecg_core.readers import NamedBytes, open_ecg

ROOT = Path(__file__).parents[1]
ECG = ROOT / "examples" / "ptbxl" / "00185_hr.hea"
N_WARM_UPS = 3
MAX_TOTAL_S = 1.0
MAX_PAGE_BYTES = 1_000_000


def main() -> int:
    """Measure and print; returns the exit status."""
    arguments = _arguments()
    checkpoints = load_checkpoints(arguments.checkpoints)
    uploads = [NamedBytes(path.name, path.read_bytes()) for path in (ECG, ECG.with_suffix(".dat"))]
    runs = [one_run(uploads, checkpoints) for _ in range(N_WARM_UPS + arguments.repeats)][N_WARM_UPS:]
    print(
        f"PTB-XL {ECG.stem}: a real ECG, 12 leads, 10 s at 500 Hz, uploaded as WFDB. {len(checkpoints)} models, "
        f"{os.cpu_count()} cores, {torch.get_num_threads()} PyTorch threads."
    )
    total_s = print_times([seconds for seconds, _ in runs])
    pages = runs[-1][1] | {f"Evaluation, {c.card.title}": evaluation_page(c) for c in checkpoints}
    largest = print_sizes(pages)
    return int(total_s > MAX_TOTAL_S or largest > MAX_PAGE_BYTES)


def one_run(
    uploads: Sequence[NamedBytes], checkpoints: Sequence[Checkpoint]
) -> tuple[dict[str, float], dict[str, int]]:
    """Seconds by part and serialised bytes by page, of one upload."""
    started = time.perf_counter()
    record = open_ecg(uploads)
    seconds = {"read": time.perf_counter() - started}
    analysis = analyze(record, checkpoints=checkpoints)
    seconds |= analysis.seconds
    sizes = {}
    for name, build in ECG_PAGES.items():
        part = time.perf_counter()
        sizes[name] = sum(serialized_bytes(fig) for fig in build(analysis))
        seconds[f"figures: {name}"] = time.perf_counter() - part
    return seconds | {"total": time.perf_counter() - started}, sizes


def review_page(analysis: Analysis, layout: LayoutName = "3x4", overlay: bool = False) -> list[go.Figure]:
    """The leads on paper, as the page opens; with `overlay` the raw signal beneath."""
    record, filtered = analysis.record, analysis.filtered.record
    page = arrange(record, layout)
    return [paper_figure(page, filtered, dark=False, underlay=record if overlay else None)]


def cycles_page(analysis: Analysis) -> list[go.Figure]:
    """Lead II with its beats and waves, and its beats laid over one another."""
    record, annotation = analysis.filtered.record, analysis.annotation
    trace = paper_figure(arrange(record, "single"), record, dark=False, beats=annotation, waves=annotation)
    return [trace, cycles_figure(analysis.cycles["II"], annotation, dark=False)]


def potassium_page(analysis: Analysis) -> list[go.Figure]:
    """The estimates, their probabilities, and what each model saw."""
    predictions = analysis.predictions
    inputs = [prediction.inputs for prediction in predictions if prediction.inputs is not None]
    comparison = (estimates_figure, class_probability_figure, item_spread_figure)
    return [draw(predictions, False) for draw in comparison] + [input_figure(seen) for seen in inputs]


def input_figure(inputs: ModelInput) -> go.Figure:
    """Two leads and fewer laid over one another; of more leads the first crop."""
    return items_figure(inputs, False) if len(inputs.leads) <= 2 else crop_figure(inputs, 0, False)


def evaluation_page(checkpoint: Checkpoint) -> int:
    """Serialised bytes of a checkpoint's evaluation figures."""
    table = read_evaluation(checkpoint.folder / EVALUATION)
    ranges = per_range(table)
    labels, n = ranges["range"].tolist(), ranges["n"].tolist()
    bounds = [(k_range.low_meq_l, k_range.high_meq_l) for k_range in K_RANGES]
    bins = class_reliability(table, "hyper").to_dict(orient="list")
    held = range_coverage(table).to_dict(orient="list")
    held_bounds = list(zip(held["coverage_low"], held["coverage_high"], strict=True))
    figures = [
        truth_heatmap_figure(table["k_true_meq_l"].to_numpy(), table["k_meq_l"].to_numpy(), POTASSIUM, False),
        confusion_figure(range_confusion(table), labels, False),
        range_boxplot_figure(estimates_per_range(table), bounds, False),
        error_figure(labels, n, ranges["mae_meq_l"].tolist(), ranges["mae_of_mean_meq_l"].tolist(), False),
        coverage_figure(
            held["range"],
            held["n"],
            held["coverage"],
            held_bounds,
            checkpoint.card.calibration.target_coverage,
            False,
        ),
        reliability_figure(bins["predicted"], bins["observed"], bins["n"], "hyperkalemia", False),
        loss_figure(pd.read_csv(checkpoint.folder / LOSS_CURVE), False),
    ]
    return sum(serialized_bytes(fig) for fig in figures)


ECG_PAGES: dict[str, Callable[[Analysis], list[go.Figure]]] = {
    "Review": review_page,
    "Cycles": cycles_page,
    "Potassium": potassium_page,
}


def print_times(runs: Sequence[Mapping[str, float]]) -> float:
    """A line per part with median and range; returns the median total in seconds."""
    print(f"\nWall time, median of {len(runs)} warm runs (least to most), ms")
    for part in runs[0]:
        times_ms = [1000 * run[part] for run in runs]
        print(f"  {part:<22}{statistics.median(times_ms):8.1f}  ({min(times_ms):.1f} to {max(times_ms):.1f})")
    total_s = statistics.median(run["total"] for run in runs)
    print(
        f"  {_verdict(total_s <= MAX_TOTAL_S)}: at most {MAX_TOTAL_S:.1f} s from upload to complete analysis"
    )
    return total_s


def print_sizes(pages: Mapping[str, int]) -> int:
    """A line per page; returns the largest in bytes."""
    print("\nSerialised figures by page, MB")
    for name, n_bytes in pages.items():
        print(f"  {name:<34}{n_bytes / 1e6:6.2f}")
    largest = max(pages.values())
    print(f"  {_verdict(largest <= MAX_PAGE_BYTES)}: at most {MAX_PAGE_BYTES / 1e6:.0f} MB a page")
    return largest


def _verdict(holds: bool) -> str:
    return "HOLDS" if holds else "FAILS"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time an upload and size the figures of every page.")
    parser.add_argument("--checkpoints", type=Path, default=ROOT / "checkpoints", help="folder of models")
    parser.add_argument("--repeats", type=int, default=20, help="warm runs to measure (default: 20)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
