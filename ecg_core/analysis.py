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

    `settings` and `method` change what is shown and measured. Quality and potassium are always judged
    through the default filter and method, the ones the networks were trained with. Raises SignalError
    for what no filter can work on, KeyError for an unknown annotation method.
    """
    watch = _Stopwatch()
    record = complete_limb_leads(record)
    with watch.part("filter"):
        filtered = filter_record(record, settings)
        standard = filtered if settings == FilterSettings() else filter_record(record)
    with watch.part("quality"):
        quality = assess_quality(record, standard.record)
    with watch.part("annotate"):
        annotation = annotate(filtered.record, method)
        cycles = cut_cycles(filtered.record, annotation)
        measurements = measure(annotation, filtered.record)
    with watch.part("inputs"):
        if standard is filtered and method == DEFAULT_METHOD:
            seen = AnnotatedECG(filtered.record, quality, annotation, cycles)
        else:
            seen = AnnotatedECG.as_trained(standard.record, quality)
    predictions = []
    for checkpoint in checkpoints:
        with watch.part(checkpoint.card.name):
            predictions.append(predict(checkpoint, seen))
    return Analysis(
        record, filtered, quality, annotation, cycles, measurements, tuple(predictions), watch.seconds
    )
