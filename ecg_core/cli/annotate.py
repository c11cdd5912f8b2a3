"""`annotate`: beats, waves, measurements, signal quality, rhythm and signs of many ECGs as JSON."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.export import annotation_json
from ecg_core.annotation.methods import DEFAULT_METHOD, delineators
from ecg_core.cli.batch import run_batch
from ecg_core.cli.opening import open_path
from ecg_core.cli.results import ResultFolder, write_json
from ecg_core.errors import ECGError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.filtering.quality_export import quality_json
from ecg_core.measurements.export import measurements_json
from ecg_core.measurements.measure import measure
from ecg_core.rhythm.export import rhythm_json
from ecg_core.rhythm.facts import rhythm_facts
from ecg_core.rules.export import signs_json
from ecg_core.rules.signs import find_signs


def run(arguments: argparse.Namespace) -> int:
    """Write `<stem>.json` for every ECG; returns the exit status."""
    method = arguments.method or DEFAULT_METHOD
    if method not in delineators():
        raise ECGError(f"There is no method {method}. Choose one of {', '.join(delineators())}.")
    results = ResultFolder(arguments.out, lambda path: f"{path.stem}.json", resume=arguments.resume)

    def step(path: Path) -> None:
        record = open_path(path, arguments)
        filtered = filter_record(record).record
        annotation = annotate(filtered, method)
        measurements = measure(annotation, filtered)
        rhythm = rhythm_facts(record, filtered, annotation)
        found = annotation_json(annotation, measurements_json(measurements))
        found["quality"] = quality_json(assess_quality(record, filtered))
        found["rhythm"] = rhythm_json(rhythm)
        found["signs"] = signs_json(find_signs(filtered, measurements, rhythm))
        write_json(results.path(path), found)

    return run_batch(arguments.paths, step, results.is_done)
