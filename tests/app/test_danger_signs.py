"""Danger signs on top of the Potassium page, and the table of all signs."""

from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import state
from app.components.danger_signs import danger_html
from app.components.signs_panel import signs_html, signs_table
from ecg_core.analysis import Analysis, analyze
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.rules.conduction import ABSENT_P, JUNCTIONAL, SLOW_RATE, WIDE_QRS
from ecg_core.rules.types import Sign

PAGE = Path(__file__).parents[2] / "app" / "views" / "potassium.py"
WIDE = Sign(WIDE_QRS, True, "The usual QRS lasts 183 ms.", 183.0, danger=True)
SLOW = Sign(SLOW_RATE, False, "The median rate is 71 bpm.", 71.0)
UNKNOWN = Sign(JUNCTIONAL, None, "A junctional rhythm could not be judged.")
NO_P = Sign(ABSENT_P, True, "P waves were found before 0 % of the beats.", 0.0)


@cache
def analysis() -> Analysis:
    return analyze(open_ecg(list_examples()[0].path))


def test_a_danger_sign_is_an_alert_with_its_value_limit_and_other_causes() -> None:
    html = unescape(danger_html([WIDE, SLOW, UNKNOWN]))
    assert 'role="alert"' in html
    assert "183 ms" in html
    assert "120 ms or more" in html
    assert "bundle branch block" in html
    assert "71 bpm" not in html


def test_no_danger_is_said_quietly_and_promises_nothing() -> None:
    html = unescape(danger_html([SLOW, UNKNOWN, NO_P]))
    assert "alert" not in html
    assert "does not exclude" in html
    assert "Could not be judged: junctional-looking rhythm." in html
    assert "Other signs: absent P waves (seen in high potassium)." in html


def test_nothing_measured_is_not_called_free_of_danger() -> None:
    html = unescape(danger_html([UNKNOWN]))
    assert "could not be judged" in html
    assert "No danger sign" not in html


def test_few_signs_judged_do_not_sound_like_an_all_clear() -> None:
    html = unescape(danger_html([SLOW, UNKNOWN, replace(UNKNOWN, rule=ABSENT_P)]))
    assert "Most danger signs could not be judged." in html
    assert "Could not be judged: junctional-looking rhythm, absent P waves." in html
    assert "No danger sign" not in html


def test_the_table_tells_present_absent_and_not_measured_apart() -> None:
    html = signs_html([WIDE, SLOW, UNKNOWN])
    assert [html.count(f"</span> {word}</td>") for word in ("present", "not present", "not measured")] == [
        1,
        1,
        1,
    ]
    table = signs_table([WIDE, UNKNOWN]).set_index("sign")
    assert table.loc["wide_qrs", "present"]
    assert table.loc["junctional", "present"] is None


def test_danger_stands_on_top_even_where_no_model_says_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = replace(analysis(), signs=(WIDE, SLOW))
    monkeypatch.setattr(state, "current_analysis", lambda: shown)
    page = AppTest.from_file(PAGE, default_timeout=300).run()
    assert not page.exception
    assert "183 ms" in page.get("html")[0].proto.body
