"""The shipped ranges of the classes, and where an ECG's own values stand among them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ecg_core.explanation.class_ranges import Feature, PlacedFeature, Quartiles, class_ranges, place
from ecg_core.inference.measured import MEASURED_KEYS
from ecg_core.measurements.types import Measurement

STATISTICS = Path(__file__).parents[2] / "benchmarks" / "emergency_statistics.json"
WIDTHS = (Quartiles(100.0, 120.0, 140.0, 15), Quartiles(60.0, 80.0, 110.0, 19))


def test_every_feature_has_ordered_quartiles_for_every_class() -> None:
    ranges = class_ranges()
    assert len(ranges.classes) == 5
    for feature in ranges.features:
        assert feature.key in MEASURED_KEYS
        assert len(feature.simulated) == 5
        assert len(feature.real) in (0, 5)
        for one in (*feature.real, *feature.simulated):
            assert one.low <= one.median <= one.high
            assert one.n > 0


def test_real_ranges_are_the_measured_ones() -> None:
    measured = json.loads(STATISTICS.read_text())["median_q25_q75"]["Tw50_V5"]
    shown = next(f for f in class_ranges().features if f.key == "t_width_ms_V5").real
    assert [[one.median, one.low, one.high] for one in shown] == measured


def test_t_narrows_from_class_to_class_in_both_sources() -> None:
    width = next(f for f in class_ranges().features if f.key == "t_width_ms_V5")
    for source in (width.real, width.simulated):
        medians = [one.median for one in source]
        assert medians == sorted(medians, reverse=True)


@pytest.mark.parametrize(
    ("value", "fitting"), [(105.0, (0, 1)), (130.0, (0,)), (60.0, (1,)), (200.0, ()), (np.nan, ())]
)
def test_a_value_fits_the_classes_whose_quartiles_hold_it(value: float, fitting: tuple[int, ...]) -> None:
    assert PlacedFeature(Feature("w", "T width", "ms", WIDTHS, ()), value).fitting == fitting


def test_without_real_ecgs_the_simulated_ones_are_compared_with() -> None:
    assert PlacedFeature(Feature("w", "QTc", "ms", (), WIDTHS), 130.0).fitting == (0,)


def test_what_was_not_measured_is_placed_as_unknown() -> None:
    qrs = Measurement("QRS", "qrs_ms", "ms", 98.0, 96.0, 100.0, 9)
    placed = {one.feature.key: one.value for one in place([qrs])}
    assert placed["qrs_ms"] == 98.0
    assert np.isnan(placed["t_width_ms_V5"])
