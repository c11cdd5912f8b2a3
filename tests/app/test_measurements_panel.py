"""Measurements as tables on the screen and as a file to take away."""

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from app.components.beat_tables import measurement_table
from app.components.measurements_panel import measurements_html, value_words
from ecg_core.analysis import Analysis, analyze
from ecg_core.measurements.types import Measurement
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples

NAN = float("nan")


def cells(measurements: Sequence[Measurement]) -> list[list[str]]:
    """The rows of the HTML table below its header as text, headings of groups included."""
    rows = re.findall(r"<tr.*?</tr>", measurements_html(measurements))[1:]
    return [
        [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row.replace("<tr", ""))]
        for row in rows
    ]


@cache
def normal() -> Analysis:
    return analyze(open_ecg(list_examples()[0].path))


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (402.4, "ms", "402\u202fms"),
        (0.126, "mV", "0.13\u202fmV"),
        (-31.2, "deg", "\u221231°"),
        (-0.001, "mV", "0.00\u202fmV"),
        (0.83, "ratio", "0.83"),
        (8.74, "√mV/s", "8.7\u202f√mV/s"),
        (1.0, "0 or 1", "yes"),
        (0.0, "0 or 1", "no"),
        (NAN, "0 or 1", "–"),
        (NAN, "ms", "–"),
    ],
)
def test_values_have_sensible_digits_and_units(value: float, unit: str, words: str) -> None:
    assert value_words(value, unit) == words


def test_table_keeps_what_could_not_be_measured() -> None:
    rows = (
        Measurement(
            "PR interval", "pr_ms", "ms", 160.26, 150.0, 171.0, 9, 158.5, source="P onset to QRS onset"
        ),
        Measurement("P duration", "p_duration_ms", "ms", NAN, NAN, NAN, 0),
    )
    known, unknown = cells(rows)
    assert known[1:] == ["160\u202fms", "150 to 171", "158", "9"]
    assert "P onset to QRS onset" in measurements_html(rows)
    assert unknown[1:] == ["–", "–", "–", "0"]


def test_groups_have_headings_in_their_order() -> None:
    over_all = [m for m in normal().measurements if m.group != "Per lead"]
    headings = [row[0] for row in cells(over_all) if len(row) == 1]
    assert headings == ["Rhythm", "Intervals", "Axes"]


def test_file_holds_every_measurement_with_its_definition() -> None:
    analysis = normal()
    table = measurement_table(analysis.measurements)
    assert len(table) == len(analysis.measurements) == 213
    assert table["key"].is_unique
    assert (table["definition"] != "").all()
    t_in_v5 = table.set_index("key").loc["t_amplitude_mv_V5"]
    measured = next(m for m in analysis.measurements if m.key == "t_amplitude_mv_V5")
    assert t_in_v5["leads"] == "V5"
    np.testing.assert_allclose(t_in_v5["median"], measured.value, atol=5e-4)
