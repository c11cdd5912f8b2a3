"""Cycles: beats, median, intervals, and beats that were cut around R alone."""

from collections.abc import Callable
from dataclasses import replace
from html import unescape

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.components.beat_tables import beat_table, beat_view
from ecg_core.annotation.types import Annotation, Cycles, Waves

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


def test_page_shows_measurements_rhythm_and_beats(open_example: OpenExample) -> None:
    app = open_example("normal").switch_page("views/cycles.py").run()
    assert not app.exception
    analysis = app.session_state["chosen_analysis"]
    rhythm, together, lead = (html.value for html in app.html if html.value.startswith("<table"))
    assert all(fact.text in unescape(rhythm) for fact in analysis.rhythm.facts)
    for measurement in analysis.measurements:
        table = together if measurement.group != "Per lead" else lead
        if measurement.group != "Per lead" or measurement.leads == ("II",):
            assert measurement.source in unescape(table)
    (beats,) = (table.value for table in app.dataframe)
    assert len(beats) == analysis.annotation.n_beats


@pytest.mark.parametrize("lead", ["I", "aVR", "V6"])
def test_lead_can_be_chosen(open_example: OpenExample, lead: str) -> None:
    app = open_example("left_bundle_branch_block").switch_page("views/cycles.py").run()
    app.main.selectbox[0].set_value(lead).run()
    assert not app.exception
    in_median = app.session_state["chosen_analysis"].cycles[lead].in_median
    assert (app.dataframe[0].value["In median beat"] == "yes").tolist() == in_median.tolist()


def test_beats_fit_a_tablet_and_say_what_is_by_hand_only_where_something_is() -> None:
    table = beat_table(annotation(), cycles())
    shown = beat_view(table)["column_order"]
    assert shown[0] == "Beat" and shown[-1] == "Cut around R only" and len(shown) == 9
    table.loc[0, "By hand"] = "no P"
    assert "By hand" in beat_view(table)["column_order"]


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


def test_beats_kept_out_of_the_median_are_named(open_example: OpenExample) -> None:
    app = open_example("normal")
    analysis = app.session_state["chosen_analysis"]
    ventricular = np.zeros(analysis.annotation.n_beats, dtype=bool)
    ventricular[3] = True
    rhythm = replace(analysis.rhythm, ventricular=ventricular)
    app.session_state["chosen_analysis"] = replace(analysis, rhythm=rhythm)
    app.switch_page("views/cycles.py").run()
    assert any("V: ventricular-looking" in c.value and "1 of 12 beats" in c.value for c in app.caption)
