"""Beats and waves corrected on Cycles: everything follows, can be undone, and says what is by hand."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import wfdb
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button, NumberInput

from app.components.annotation_downloads import write_annotated
from app.components.beat_tables import beat_table, hand_words
from app.components.edit_bar import edited_words
from app.edit_history import EditHistory
from ecg_core.analysis import Analysis, analyze, reannotated
from ecg_core.annotation.edits import (
    BeatAdded,
    BeatEdits,
    BeatLeftOut,
    BeatRemoved,
    MarkMoved,
    WaveAbsent,
    WaveAbsentInAll,
)
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from tests.app.uploads import ROOT

NORMAL = ROOT / "examples" / "ptbxl" / "00185_hr.hea"


def shown(app: AppTest) -> Analysis:
    assert not app.exception
    analysis: Analysis = app.session_state["chosen_analysis"]
    return analysis


def button(app: AppTest, label: str) -> Button:
    return next(b for b in app.button if b.label == label)


def field(app: AppTest, words: str) -> NumberInput:
    return next(n for n in app.number_input if words in n.label)


def t_offset_ms(app: AppTest, beat: int = 1) -> float:
    annotation = shown(app).annotation
    return float(annotation.waves.t[beat, 2] - annotation.r_peaks[beat]) * 1000 / annotation.fs_hz


def intervals(app: AppTest) -> str:
    return next(h.value for h in app.html if h.value.startswith('<table class="kalium-intervals"'))


def test_a_mark_is_moved_undone_redone_and_reset(cycles_app: AppTest) -> None:
    app = cycles_app
    found_ms = t_offset_ms(app)
    assert button(app, "Undo").disabled and button(app, "Reset to automatic").disabled
    field(app, "T offset").set_value(430).run()
    assert t_offset_ms(app) == pytest.approx(430, abs=1)
    assert "found:" in intervals(app)
    assert any("T offset in beat 2" in m.value for m in app.markdown)
    button(app, "Undo").click().run()
    assert t_offset_ms(app) == found_ms
    assert shown(app).annotation.by_hand is None and "found:" not in intervals(app)
    button(app, "Redo").click().run()
    assert t_offset_ms(app) == pytest.approx(430, abs=1)
    button(app, "Reset to automatic").click().run()
    assert t_offset_ms(app) == found_ms
    button(app, "Undo").click().run()
    assert t_offset_ms(app) == pytest.approx(430, abs=1)


def test_predictions_and_median_follow_and_every_page_says_so(cycles_app: AppTest) -> None:
    app = cycles_app
    button(app, "Leave this beat out").click().run()
    analysis = shown(app)
    assert not analysis.cycles["II"].in_median[1]
    flagged = [p.model for p in analysis.predictions if "edited" in [f.code for f in p.flags]]
    assert flagged
    app.switch_page("views/potassium.py").run()
    assert any("corrected by hand" in h.value for h in app.html)
    app.switch_page("views/cycles.py").run()
    button(app, "Count this beat again").click().run()
    assert shown(app).annotation.by_hand is None


def test_the_same_in_all_beats_moves_the_median(cycles_app: AppTest) -> None:
    app = cycles_app
    field(app, "T offset").set_value(430).run()
    button(app, "Same in all beats").click().run()
    annotation = shown(app).annotation
    from_r_ms = (annotation.waves.t[:-1, 2] - annotation.r_peaks[:-1]) * 2
    np.testing.assert_allclose(from_r_ms, 430, atol=1)


def test_a_wave_can_be_declared_absent(cycles_app: AppTest) -> None:
    app = cycles_app
    next(control for control in app.segmented_control if control.label == "Wave").set_value("P").run()
    button(app, "No P in any beat").click().run()
    assert np.isnan(shown(app).annotation.waves.p).all()
    assert "no P" in app.dataframe[0].value["By hand"][3]
    assert button(app, "No P").disabled and button(app, "No P in any beat").disabled


def test_beats_are_taken_away_and_added(cycles_app: AppTest) -> None:
    app = cycles_app
    n_beats, r_s = shown(app).annotation.n_beats, shown(app).annotation.r_peaks[1] / 500
    button(app, "Not a beat").click().run()
    assert shown(app).annotation.n_beats == n_beats - 1
    assert button(app, "Add beat").disabled
    field(app, "beat to add").set_value(r_s).run()
    button(app, "Add beat").click().run()
    assert shown(app).annotation.r_peaks[1] == round(r_s * 500)
    assert shown(app).annotation.by_hand.added[1]


def test_what_cannot_be_is_said_and_nothing_changes(cycles_app: AppTest) -> None:
    app = cycles_app
    found_ms = t_offset_ms(app)
    field(app, "T offset").set_value(20).run()
    assert "T offset must come after" in app.error[0].value
    assert "The marks stay as they were." in app.error[0].value
    assert app.error[-1].value == app.error[0].value  # beside the mark too, for those who scrolled down
    assert t_offset_ms(app) == found_ms
    assert field(app, "T offset").value == pytest.approx(found_ms, abs=1)


def test_corrections_survive_another_filter_and_end_with_the_ecg(cycles_app: AppTest) -> None:
    app = cycles_app
    field(app, "T offset").set_value(430).run()
    app.switch_page("views/review.py").run()
    next(b for b in app.button if b.label == "Apply").click().run()
    assert t_offset_ms(app) == pytest.approx(430, abs=5)
    app.sidebar.selectbox[0].set_value(list_examples()[1]).run()
    assert shown(app).annotation.by_hand is None
    assert not shown(app).edits


def test_two_methods_are_compared(open_example: Callable[[str], AppTest]) -> None:
    app = open_example("normal").switch_page("views/cycles.py").run()
    choice = next(s for s in app.selectbox if s.label == "Compare with")
    other = "prominence"  # in need of no weights
    assert other != shown(app).annotation.method
    choice.set_value(other).run()
    table = app.dataframe[0].value
    assert other in table.columns
    difference = table[other] - table[shown(app).annotation.method]
    np.testing.assert_allclose(table["Difference"], difference, atol=0.11)


@pytest.fixture(scope="module")
def corrected() -> Analysis:
    analysis = analyze(open_ecg(NORMAL))
    r_s = analysis.annotation.r_peaks / 500
    edits = BeatEdits(
        (
            MarkMoved(r_s[2], "T", "offset", r_s[2] + 0.43),
            WaveAbsent(r_s[3], "P"),
            BeatLeftOut(r_s[4]),
            BeatRemoved(r_s[6]),
            BeatAdded(r_s[6] + 0.05),
        )
    )
    return reannotated(analysis, edits)


def test_table_says_what_is_by_hand(corrected: Analysis) -> None:
    table = beat_table(corrected.annotation, corrected.cycles["II"])
    said = table["By hand"].tolist()
    assert said[:7] == ["", "", "T offset", "no P", "left out", "", "added"]
    assert table["T offset (s)"][2] == round(corrected.annotation.r_peaks[2] / 500 + 0.43, 3)
    assert np.isnan(table["P onset (s)"][3]) and np.isnan(table["QT (ms)"][4])
    assert hand_words(corrected.automatic.shown, 2) == ""


def test_summary_names_beats_and_places_without_one(corrected: Analysis) -> None:
    words = edited_words(corrected.annotation)
    removed_s = corrected.automatic.shown.r_peaks[6] / 500
    assert words == (
        f"T offset in beat 3; no P in beat 4; left out in beat 5; added in beat 7; no beat at {removed_s:.2f} s"
    )
    assert edited_words(corrected.automatic.shown) == "nothing"


def test_summary_counts_what_many_beats_share(corrected: Analysis) -> None:
    no_p = reannotated(corrected, BeatEdits((WaveAbsentInAll("P"),))).annotation
    assert edited_words(no_p) == f"no P in {no_p.n_beats} beats"


def test_record_and_marks_are_written_side_by_side(corrected: Analysis, tmp_path: Path) -> None:
    write_annotated(corrected, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"ecg.hea", "ecg.dat", "ecg.waves"}
    marks = wfdb.rdann(str(tmp_path / "ecg"), "waves")
    r_peaks = marks.sample[np.array(marks.symbol) == "N"]
    np.testing.assert_array_equal(r_peaks, corrected.annotation.r_peaks)
    assert wfdb.rdrecord(str(tmp_path / "ecg")).fs == marks.fs


def test_history_forgets_the_future_after_a_new_step() -> None:
    one, two = BeatEdits((BeatAdded(1.0),)), BeatEdits((BeatAdded(2.0),))
    history = EditHistory().then(one).undone()
    assert history.future == (one,)
    assert history.redone().present == one
    assert history.then(two) == EditHistory(two, (BeatEdits(),), ())
    assert history.then(BeatEdits()) is history
