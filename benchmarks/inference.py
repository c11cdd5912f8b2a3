"""How long the potassium models take: one ECG through each and through all, and many ECGs at once.

    python -m benchmarks.inference [--ecgs 1000] [--threads 2]

One ECG: medians over warm runs of what comes after the marks, from the filtered record to the estimates. Many:
the networks alone, fed the inputs of that ECG over and over. Beside ECG12Net stands its trunk layer by layer, as
PyTorch evaluates it (the sources' formulation); beside DSCNN its twin of standard convolutions. Untrained networks
take as long as trained ones, so architectures without a bundled checkpoint are measured too.
Ends with status 1 when one ECG through all networks takes more than 150 ms.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import Checkpoint, load_checkpoints
from ecg_core.inference.predict import AnnotatedECG, estimate_items, model_input, predict
from ecg_core.inference.types import ModelInput
from ecg_core.models import ECG12Net, build, count_parameters
from ecg_core.readers import open_ecg

ROOT = Path(__file__).parents[1]
ECG = ROOT / "examples" / "ptbxl" / "00185_hr.hea"
N_RUNS = 15
MAX_MS = 150.0


class LayerByLayer(nn.Module):
    """ECG12Net whose trunk PyTorch evaluates one layer after the other."""

    def __init__(self, network: ECG12Net) -> None:
        super().__init__()
        self.network = network
        self.network.trunk = nn.Sequential(*network.trunk)  # type: ignore[assignment]

    def forward(self, x: Tensor) -> Tensor:
        """As the network itself."""
        estimate: Tensor = self.network(x)
        return estimate


def main() -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--ecgs", type=int, default=1000, metavar="N")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, metavar="N")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    checkpoints = load_checkpoints(ROOT / "checkpoints")
    record = open_ecg(ECG)
    filtered = filter_record(record).record
    seen = AnnotatedECG.as_trained(filtered, assess_quality(record, filtered), record)
    print(f"{arguments.threads} threads\n")
    total_ms = one_ecg(checkpoints, seen)
    many_ecgs(checkpoints, seen, arguments.ecgs)
    return int(total_ms > MAX_MS)


def one_ecg(checkpoints: Sequence[Checkpoint], seen: AnnotatedECG) -> float:
    """Print a line per model; returns the milliseconds of all."""
    print(f"one ECG of 10 s{'parameters':>32}{'ms':>8}{'processor ms':>15}")
    for checkpoint in checkpoints:
        spent = time_of(partial(predict_all, [checkpoint], seen))
        n_parameters = count_parameters(checkpoint.model)
        print(f"  {checkpoint.card.name:<30}{n_parameters:>15,}{spent.ms:>8.1f}{spent.processor_ms:>15.1f}")
    spent = time_of(partial(predict_all, checkpoints, seen))
    print(f"  {'all':<45}{spent.ms:>8.1f}{spent.processor_ms:>15.1f}   (at most {MAX_MS:.0f} ms)\n")
    return spent.ms


def many_ecgs(checkpoints: Sequence[Checkpoint], seen: AnnotatedECG, n_ecgs: int) -> None:
    """Print the throughput of each network and of what it is compared with."""
    print(f"{n_ecgs:,} ECGs{'parameters':>37}{'s':>8}{'ECGs/s':>9}")
    for checkpoint in checkpoints:
        inputs = model_input(checkpoint.card, seen)
        assert inputs is not None
        _throughput(checkpoint.card.name, checkpoint, inputs, n_ecgs)
        if checkpoint.card.architecture == "ecg12net":
            _throughput("  layer by layer", _other(checkpoint.card, LayerByLayer(ECG12Net())), inputs, n_ecgs)
        if checkpoint.card.architecture == "dscnn":
            twin = _other(checkpoint.card, build("dscnn_standard"))
            _throughput("  its twin of standard convolutions", twin, inputs, n_ecgs)


class Spent(NamedTuple):
    """Milliseconds of one run, medians of `N_RUNS` after a warm one; `processor_ms` adds up the threads, other work left out."""

    ms: float
    processor_ms: float


def time_of(work: Callable[[], object]) -> Spent:
    """Run and time it."""
    work()
    ms, processor_ms = [], []
    for _ in range(N_RUNS):
        started, computed = time.perf_counter(), time.process_time()
        work()
        ms.append(1000 * (time.perf_counter() - started))
        processor_ms.append(1000 * (time.process_time() - computed))
    return Spent(statistics.median(ms), statistics.median(processor_ms))


def predict_all(checkpoints: Sequence[Checkpoint], seen: AnnotatedECG) -> None:
    """What each checkpoint says, with nothing remembered from an earlier run."""
    fresh = replace(seen)
    for checkpoint in checkpoints:
        predict(checkpoint, fresh)


def _throughput(name: str, checkpoint: Checkpoint, inputs: ModelInput, n_ecgs: int) -> None:
    estimate_items(checkpoint, inputs)
    started = time.perf_counter()
    for _ in range(n_ecgs):
        estimate_items(checkpoint, inputs)
    spent_s = time.perf_counter() - started
    n_parameters = count_parameters(checkpoint.model)
    print(f"  {name:<36}{n_parameters:>12,}{spent_s:>8.1f}{n_ecgs / spent_s:>9.0f}")


def _other(card: Card, network: nn.Module) -> Checkpoint:
    return Checkpoint(card, network.eval(), Path("none"))


if __name__ == "__main__":
    sys.exit(main())
