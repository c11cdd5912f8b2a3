"""Corrections by hand saved on Cycles and loaded again: they hold as before, or the page says why not."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecg_core.analysis import Analysis
from ecg_core.annotation.edits import BeatAdded, BeatEdits, BeatLeftOut, MarkMoved, WaveAbsentInAll
from ecg_core.annotation.edits_json import edits_json
from tests.app.uploads import upload


def shown(app: AppTest) -> Analysis:
    assert not app.exception
    analysis: Analysis = app.session_state["chosen_analysis"]
    return analysis


def load(app: AppTest, content: bytes) -> AppTest:
    field = next(f for f in app.file_uploader if f.label == "Annotation (JSON)")
    return field.set_value(upload("annotation.json", content)).run()


def press(app: AppTest, label: str) -> AppTest:
    return next(b for b in app.button if b.label == label).click().run()


def file_of(*edits: object, beats_s: np.ndarray | None = None) -> bytes:
    beats = {} if beats_s is None else {"fs": 1000, "r_peaks": (1000 * beats_s).tolist()}
    return json.dumps({"edited": edits_json(BeatEdits(edits)), **beats}).encode()  # type: ignore[arg-type]


def test_saved_corrections_hold_again(cycles_app: AppTest) -> None:
    app = cycles_app
    press(app, "Leave this beat out")
    press(app, "No T in any beat")
    corrected = shown(app)
    saved = file_of(*corrected.edits.edits)
    press(app, "Reset to automatic")
    assert shown(app).annotation.by_hand is None
    load(app, saved)
    assert not app.error
    assert shown(app).edits == corrected.edits
    again = shown(app).annotation
    np.testing.assert_array_equal(again.waves.qrs, corrected.annotation.waves.qrs)
    assert any("left out in beat 2" in m.value for m in app.markdown)


def test_loading_takes_the_place_of_what_held_and_can_be_undone(cycles_app: AppTest) -> None:
    app = cycles_app
    press(app, "Leave this beat out")
    before = shown(app).edits
    load(app, file_of(WaveAbsentInAll("P")))
    assert shown(app).edits == BeatEdits((WaveAbsentInAll("P"),))
    assert np.isnan(shown(app).annotation.waves.p).all()
    press(app, "Undo")
    assert shown(app).edits == before


def test_corrections_that_do_not_fit_are_counted(cycles_app: AppTest) -> None:
    r_s = float(shown(cycles_app).annotation.r_peaks[1] / 500)
    edits = (BeatLeftOut(r_s), BeatAdded(99.0), MarkMoved(r_s + 0.3, "T", "offset", r_s + 0.7))
    app = load(cycles_app, file_of(*edits))
    assert any("2 of 3 corrections by hand do not fit" in w.value for w in app.warning)
    assert shown(app).annotation.by_hand.left_out.tolist()[:3] == [False, True, False]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x89PNG\r\n", "not JSON"),
        (b'{"leads": {}}', "not the annotation of an ECG"),
        (b'{"edited": []}', "no corrections by hand"),
        (b'{"edited": [{"edit": "<b>"}]}', "Correction 1"),
        (file_of(BeatAdded(99.0)), "Is it the file of another ECG?"),
        (file_of(WaveAbsentInAll("P"), beats_s=np.arange(0.4, 9, 0.37)), "Most beats in this file"),
    ],
    ids=["picture", "other", "empty", "unknown", "elsewhere", "other beats"],
)
def test_a_file_that_cannot_be_used_says_why_and_nothing_changes(
    cycles_app: AppTest, content: bytes, words: str
) -> None:
    press(cycles_app, "Leave this beat out")
    before = shown(cycles_app)
    app = load(cycles_app, content)
    assert words in app.error[0].value
    assert "The marks stay as they were." in app.error[0].value
    assert shown(app) is before
