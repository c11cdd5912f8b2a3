"""`analyze`: the single path from a record to everything that is known about it.

The app, the command line and batches all use it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.cycles import cut_cycles
from ecg_core.annotation.measurements import measure
from ecg_core.annotation.methods import DEFAULT_METHOD
from ecg_core.annotation.types import Annotation, Cycles, Measurement
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import QualityReport, assess_quality
from ecg_core.filtering.settings import FilterResult, FilterSettings
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.predict import AnnotatedECG, predict
from ecg_core.inference.types import Prediction
from ecg_core.record import ECGRecord, complete_limb_leads


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything known about one ECG."""

    record: ECGRecord  # as read, limb leads completed and marked as derived
    filtered: FilterResult
    quality: QualityReport
    annotation: Annotation
    cycles: dict[str, Cycles]  # by lead, every lead of the record
    measurements: tuple[Measurement, ...]
    predictions: tuple[Prediction, ...]  # one per checkpoint, in their order
    seconds: dict[str, float]  # wall time of each part


class _Stopwatch:
    """Adds up the wall time of named parts."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started


def analyze(
    record: ECGRecord,
    settings: FilterSettings = FilterSettings(),  # noqa: B008 - frozen
    method: str = DEFAULT_METHOD,
    checkpoints: Sequence[Checkpoint] = (),
) -> Analysis:
    """Filter, judge, annotate and measure a record, and ask every checkpoint for potassium.

    The networks always see the record through the default filter, the one they were trained with;
    `settings` change what is shown and measured. Raises KeyError for an unknown annotation method.
    """
    watch = _Stopwatch()
    record = complete_limb_leads(record)
    with watch.part("filter"):
        filtered = filter_record(record, settings)
    with watch.part("quality"):
        quality = assess_quality(record, filtered.record)
    with watch.part("annotate"):
        annotation = annotate(filtered.record, method)
        cycles = cut_cycles(filtered.record, annotation)
        measurements = measure(annotation, filtered.record)
    shown = AnnotatedECG(filtered.record, quality, annotation, cycles)
    with watch.part("inputs"):
        seen = shown if settings == FilterSettings() else _as_trained(record, quality)
    predictions = []
    for checkpoint in checkpoints:
        with watch.part(checkpoint.card.name):
            predictions.append(predict(checkpoint, seen))
    return Analysis(
        record, filtered, quality, annotation, cycles, measurements, tuple(predictions), watch.seconds
    )


def _as_trained(record: ECGRecord, quality: QualityReport) -> AnnotatedECG:
    filtered = filter_record(record).record
    annotation = annotate(filtered)
    return AnnotatedECG(filtered, quality, annotation, cut_cycles(filtered, annotation))
