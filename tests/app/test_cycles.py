"""Cycles: beats, median, intervals, and beats that were cut around R alone."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.components.beat_tables import beat_table, measurement_table
from ecg_core.annotation.types import Annotation, Cycles, Waves
from ecg_core.measurements.types import Measurement

OpenExample = Callable[[str], AppTest]


def annotation(n_beats: int = 3, fs_hz: float = 250.0) -> Annotation:
    r_peaks = np.arange(1, n_beats + 1) * 200
    r_only = np.arange(n_beats) == 1
    return Annotation(fs_hz, "prominence", r_peaks, {}, Waves.unknown(n_beats), r_only)


def cycles(n_beats: int = 3) -> Cycles:
    beats = np.zeros((n_beats, 512), dtype=np.float32)
    return Cycles("II", beats, beats.mean(axis=0), np.arange(n_beats) != 0)


def test_beat_table_has_times_intervals_and_how_each_beat_was_used() -> None:
    table = beat_table(annotation(), cycles())
    assert table["R peak (s)"].tolist() == [0.8, 1.6, 2.4]
    assert np.isnan(table["RR (ms)"][0])
    assert table["RR (ms)"].tolist()[1:] == [800, 800]
    assert table["In median beat"].tolist() == ["no", "yes", "yes"]
    assert table["Cut around R only"].tolist() == ["no", "yes", "no"]


def test_measurement_table_keeps_what_could_not_be_measured() -> None:
    rows = (
        Measurement("PR interval", "pr_ms", "ms", 160.26, 150.0, 171.0, 9, 158.5),
        Measurement("P duration", "p_duration_ms", "ms", np.nan, np.nan, np.nan, 0),
    )
    table = measurement_table(rows)
    assert table.iloc[0].tolist() == ["PR interval", 160.26, 150.0, 171.0, 158.5, "ms", 9]
    assert table.iloc[1]["Beats"] == 0 and np.isnan(table.iloc[1]["Median"])


def test_page_shows_intervals_and_beats(open_example: OpenExample) -> None:
    app = open_example("normal").switch_page("views/cycles.py").run()
    assert not app.exception
    together, beats, waves = (table.value for table in app.dataframe)
    analysis = app.session_state["chosen_analysis"]
    assert together["Measurement"].tolist() == [m.name for m in analysis.measurements if len(m.leads) != 1]
    assert waves["Measurement"].tolist() == [m.name for m in analysis.measurements if m.leads == ("II",)]
    assert len(beats) == analysis.annotation.n_beats


@pytest.mark.parametrize("lead", ["I", "aVR", "V6"])
def test_lead_can_be_chosen(open_example: OpenExample, lead: str) -> None:
    app = open_example("left_bundle_branch_block").switch_page("views/cycles.py").run()
    app.main.selectbox[0].set_value(lead).run()
    assert not app.exception
    in_median = app.session_state["chosen_analysis"].cycles[lead].in_median
    assert (app.dataframe[1].value["In median beat"] == "yes").tolist() == in_median.tolist()


def test_beats_cut_around_r_are_named(open_example: OpenExample) -> None:
    app = open_example("normal")
    analysis = app.session_state["chosen_analysis"]
    r_only = np.zeros(analysis.annotation.n_beats, dtype=bool)
    r_only[[2, 4]] = True
    app.session_state["chosen_analysis"] = replace(
        analysis, annotation=replace(analysis.annotation, r_only=r_only, warnings=())
    )
    app.switch_page("views/cycles.py").run()
    assert "2 of 12 beats are cut around R only" in app.warning[0].value
    assert "3, 5" in app.warning[0].value


def test_recording_without_beats_is_still_shown(open_example: OpenExample) -> None:
    app = open_example("normal")
    analysis = app.session_state["chosen_analysis"]
    none = Annotation(
        500.0,
        "prominence",
        np.zeros(0, dtype=np.int64),
        {},
        Waves.unknown(0),
        np.zeros(0, dtype=bool),
        ("No heartbeat was found in this recording.",),
    )
    app.session_state["chosen_analysis"] = replace(analysis, annotation=none)
    app.switch_page("views/cycles.py").run()
    assert not app.exception
    assert "No heartbeat" in app.warning[0].value
    assert not app.dataframe
