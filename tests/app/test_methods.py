"""Another method finds the waves on Cycles: what is shown follows, potassium does not, corrections hold on."""

from collections.abc import Callable

import neurokit2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import resolve
from ecg_core import analysis
from ecg_core.analysis import Analysis
from ecg_core.annotation.methods import DEFAULT_METHOD
from ecg_core.annotation.types import Annotation, Waves
from ecg_core.errors import SignalError
from ecg_core.readers.examples import list_examples

OTHER = "multilead"
STAYS = "Potassium stays judged with the default method"


@pytest.fixture
def cycles_app(open_example: Callable[[str], AppTest]) -> AppTest:
    """A normal ECG on the page Cycles."""
    return open_example("normal").switch_page("views/cycles.py").run()


def shown(app: AppTest) -> Analysis:
    assert not app.exception
    chosen_analysis: Analysis = app.session_state["chosen_analysis"]
    return chosen_analysis


def choose(app: AppTest, label: str, option: str) -> AppTest:
    return next(s for s in app.main.selectbox if s.label == label).set_value(option).run()


def chosen(app: AppTest) -> object:
    return next(s for s in app.main.selectbox if s.label == "Waves found by").value


def estimates(of: Analysis) -> list[float]:
    return [prediction.k_meq_l for prediction in of.predictions]


def test_waves_follow_and_potassium_stays(cycles_app: AppTest) -> None:
    before = shown(cycles_app)
    assert chosen(cycles_app) == before.annotation.method == DEFAULT_METHOD
    assert not any(STAYS in c.value for c in cycles_app.caption)
    app = choose(cycles_app, "Waves found by", OTHER)
    after = shown(app)
    assert after.annotation.method == OTHER
    assert not np.array_equal(after.annotation.waves.t, before.annotation.waves.t, equal_nan=True)
    assert estimates(after) == estimates(before)
    assert any(STAYS in c.value for c in app.caption)
    choose(app, "Waves found by", DEFAULT_METHOD)
    np.testing.assert_array_equal(shown(app).annotation.waves.t, before.annotation.waves.t)


def test_choice_holds_for_another_filter_and_the_next_ecg(cycles_app: AppTest) -> None:
    app = choose(cycles_app, "Waves found by", OTHER)
    app.switch_page("views/review.py").run()
    next(b for b in app.button if b.label == "Apply").click().run()
    assert shown(app).annotation.method == OTHER
    app.sidebar.selectbox[0].set_value(list_examples()[1]).run()
    assert shown(app).annotation.method == OTHER
    app.switch_page("views/cycles.py").run()
    assert chosen(app) == OTHER


def test_corrections_hold_on(cycles_app: AppTest) -> None:
    app = cycles_app.toggle[0].set_value(True).run()
    next(b for b in app.button if b.label == "Leave this beat out").click().run()
    left_out_s = shown(app).annotation.r_peaks[1] / 500
    choose(app, "Waves found by", OTHER)
    annotation = shown(app).annotation
    assert annotation.by_hand is not None
    (beat,) = np.flatnonzero(annotation.by_hand.left_out)
    assert annotation.r_peaks[beat] / 500 == pytest.approx(left_out_s, abs=0.1)
    assert not app.warning


def test_corrections_of_beats_that_the_other_method_misses_are_said(
    cycles_app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = cycles_app.toggle[0].set_value(True).run()
    next(b for b in app.button if b.label == "Leave this beat out").click().run()
    none = Annotation(500.0, OTHER, np.zeros(0, np.int64), {}, Waves.unknown(0), np.zeros(0, bool))
    monkeypatch.setattr(analysis, "annotate", lambda record, method: none)
    choose(app, "Waves found by", OTHER)
    assert "1 of 1 corrections by hand do not fit the beats found here" in app.warning[0].value


def test_beats_without_waves_are_said_once(cycles_app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError

    monkeypatch.setattr(neurokit2, "ecg_delineate", fail)
    app = choose(cycles_app, "Waves found by", "prominence")
    (warning,) = app.warning
    assert "12 of 12 beats are cut around R only" in warning.value


def test_a_second_method_can_be_the_former_one(cycles_app: AppTest) -> None:
    app = choose(cycles_app, "Compare with", OTHER)
    choose(app, "Waves found by", OTHER)
    second = next(s for s in app.main.selectbox if s.label == "Compare with")
    assert OTHER not in second.options and DEFAULT_METHOD in second.options
    choose(app, "Compare with", DEFAULT_METHOD)
    assert {OTHER, DEFAULT_METHOD} <= set(app.dataframe[0].value.columns)


def test_a_method_that_fails_leaves_the_former_one(
    cycles_app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Analysis:
        raise SignalError("There is too little of it.")

    monkeypatch.setattr(resolve, "searched_again", fail)
    app = choose(cycles_app, "Waves found by", OTHER)
    assert app.error[0].value == "There is too little of it. The previous method still applies."
    assert chosen(app) == shown(app).annotation.method == DEFAULT_METHOD
