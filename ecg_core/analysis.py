"""`analyze`: the single path from a record to everything that is known about it.

The app, the command line and batches all use it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.cycles import cut_cycles, median_beat
from ecg_core.annotation.edits import BeatEdits, apply_edits
from ecg_core.annotation.methods import DEFAULT_METHOD
from ecg_core.annotation.types import Annotation, Cycles
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import QualityReport, assess_quality
from ecg_core.filtering.settings import FilterResult, FilterSettings
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.predict import AnnotatedECG, predict
from ecg_core.inference.types import Prediction
from ecg_core.measurements.measure import measure
from ecg_core.measurements.types import Measurement
from ecg_core.record import ECGRecord, complete_limb_leads
from ecg_core.rhythm.facts import rhythm_facts
from ecg_core.rhythm.types import RhythmFacts
from ecg_core.rules.signs import find_signs
from ecg_core.rules.types import Sign


@dataclass(frozen=True, eq=False)
class Automatic:
    """What was found before anyone corrected it.

    `shown` in the signal as the user filters it and by the method chosen; `standard` in `standard_record`, the
    signal through the default filter, and by the default method: what the networks were trained with.
    """

    shown: Annotation
    standard: Annotation
    standard_record: ECGRecord


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything known about one ECG."""

    record: ECGRecord  # as read, limb leads completed and marked as derived
    filtered: FilterResult
    quality: QualityReport
    automatic: Automatic
    edits: BeatEdits  # the corrections by hand that all that follows rests on
    annotation: Annotation
    cycles: dict[str, Cycles]  # by lead, every lead of the record
    measurements: tuple[Measurement, ...]
    rhythm: RhythmFacts
    signs: tuple[Sign, ...]  # of a dangerous or deranged potassium, measured without any network
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
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def analyze(
    record: ECGRecord,
    settings: FilterSettings = FilterSettings(),  # noqa: B008 - frozen
    method: str = DEFAULT_METHOD,
    checkpoints: Sequence[Checkpoint] = (),
    edits: BeatEdits = BeatEdits(),  # noqa: B008 - frozen
) -> Analysis:
    """Filter, judge, annotate and measure a record, and ask every checkpoint for potassium.

    `settings` and `method` change what is shown and measured. Quality and potassium are always judged
    through the default filter and method, the ones the networks were trained with. `edits` are corrections by
    hand; measurements, cycles and potassium follow them. Raises SignalError for what no filter can work on,
    KeyError for an unknown annotation method.
    """
    watch = _Stopwatch()
    record = complete_limb_leads(record)
    with watch.part("filter"):
        filtered = filter_record(record, settings)
        standard = filtered if settings == FilterSettings() else filter_record(record)
    with watch.part("quality"):
        quality = assess_quality(record, standard.record)
    with watch.part("annotate"):
        shown = annotate(filtered.record, method)
    with watch.part("inputs"):
        as_trained = standard is filtered and method == DEFAULT_METHOD
        automatic = Automatic(shown, shown if as_trained else annotate(standard.record), standard.record)
    return _completed(record, filtered, quality, automatic, edits, checkpoints, {}, watch)


def reannotated(analysis: Analysis, edits: BeatEdits, checkpoints: Sequence[Checkpoint] = ()) -> Analysis:
    """The same ECG with other corrections by hand, instead of its own; nothing is filtered or searched again."""
    return _followed(analysis, analysis.automatic, edits, checkpoints)


def searched_again(analysis: Analysis, method: str, checkpoints: Sequence[Checkpoint] = ()) -> Analysis:
    """The same ECG with the waves that another method finds, and the same corrections by hand as far as they fit.

    Potassium stays judged with the default method. Raises KeyError for an unknown one.
    """
    filtered, automatic = analysis.filtered.record, analysis.automatic
    as_trained = filtered is automatic.standard_record and method == DEFAULT_METHOD
    shown = automatic.standard if as_trained else annotate(filtered, method)
    return _followed(analysis, replace(automatic, shown=shown), analysis.edits, checkpoints)


def _followed(
    before: Analysis, automatic: Automatic, edits: BeatEdits, checkpoints: Sequence[Checkpoint]
) -> Analysis:
    """The same filtered signal with other marks."""
    earlier = {prediction.model: prediction for prediction in before.predictions}
    record, filtered, quality = before.record, before.filtered, before.quality
    return _completed(record, filtered, quality, automatic, edits, checkpoints, earlier, _Stopwatch())


def _completed(
    record: ECGRecord,
    filtered: FilterResult,
    quality: QualityReport,
    automatic: Automatic,
    edits: BeatEdits,
    checkpoints: Sequence[Checkpoint],
    earlier: Mapping[str, Prediction],
    watch: _Stopwatch,
) -> Analysis:
    """All that follows from the marks; `earlier` is what each model said of the record with other ones."""
    with watch.part("annotate"):
        annotation = apply_edits(automatic.shown, edits, record.duration_s)
        cycles = _cut(filtered.record, annotation)
        measurements = measure(annotation, filtered.record, cycles)
        rhythm = rhythm_facts(record, filtered.record, annotation)
        signs = find_signs(filtered.record, measurements, rhythm)
    with watch.part("inputs"):
        seen = _as_networks_see(record, quality, automatic, edits, annotation, cycles)
        as_shown = seen.filtered is filtered.record and seen.annotation is annotation
        seen = replace(
            seen, rhythm=rhythm if as_shown else rhythm_facts(record, seen.filtered, seen.annotation)
        )
    predictions = []
    for checkpoint in checkpoints:
        with watch.part(checkpoint.card.name):
            predictions.append(predict(checkpoint, seen, earlier.get(checkpoint.card.name)))
    return Analysis(
        record,
        filtered,
        quality,
        automatic,
        edits,
        annotation,
        cycles,
        measurements,
        rhythm,
        signs,
        tuple(predictions),
        watch.seconds,
    )


def annotated_ecg(analysis: Analysis) -> AnnotatedECG:
    """What networks are shown of an analysed ECG: through the default filter, with the default method's marks and the corrections by hand."""
    return _as_networks_see(
        analysis.record,
        analysis.quality,
        analysis.automatic,
        analysis.edits,
        analysis.annotation,
        analysis.cycles,
    )


def _as_networks_see(
    record: ECGRecord,
    quality: QualityReport,
    automatic: Automatic,
    edits: BeatEdits,
    annotation: Annotation,
    cycles: dict[str, Cycles],
) -> AnnotatedECG:
    """`annotation` and `cycles` as shown are those of the networks unless filter or method differ from theirs."""
    seen = AnnotatedECG(automatic.standard_record, quality, annotation, cycles)
    if automatic.standard is not automatic.shown:
        standard = apply_edits(automatic.standard, edits, record.duration_s)
        seen = replace(seen, annotation=standard, cycles=_cut(automatic.standard_record, standard))
    return seen


def _cut(filtered: ECGRecord, annotation: Annotation) -> dict[str, Cycles]:
    """The cycles of every lead; beats that a person left out are blank."""
    cycles = cut_cycles(filtered, annotation)
    if annotation.by_hand is None or not annotation.by_hand.left_out.any():
        return cycles
    return {lead: _without(cut, annotation.by_hand.left_out) for lead, cut in cycles.items()}


def _without(cycles: Cycles, left_out: NDArray[np.bool_]) -> Cycles:
    beats_mv = np.where(left_out[:, None], np.float32(np.nan), cycles.beats_mv)
    in_median = cycles.in_median & ~left_out
    return Cycles(cycles.lead, beats_mv, median_beat(beats_mv[in_median]), in_median)
