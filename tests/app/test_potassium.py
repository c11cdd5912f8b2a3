import json
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import state
from app.components import checkpoints
from app.components.model_table import models_html
from ecg_core.analysis import Analysis, analyze
from ecg_core.inference.checkpoint import load_checkpoints
from ecg_core.inference.types import Flag, ModelInput, Prediction
from ecg_core.leads import STANDARD_LEADS
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.rhythm.types import RhythmFact
from tests.app.checkpoint_folders import write_checkpoint_folder

PAGE = Path(__file__).parents[2] / "app" / "views" / "potassium.py"
NAN = float("nan")
SIMULATED = Flag("simulated", "This ECG was changed by a simulation.")


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed model, so that cards are found."""
    write_checkpoint_folder(tmp_path, "dcrnn", "DCRNN")
    monkeypatch.setattr(checkpoints, "CHECKPOINTS", tmp_path)
    checkpoints.installed.clear()
    return tmp_path


@cache
def analysis_without_models() -> Analysis:
    return analyze(open_ecg(list_examples()[0].path))


def prediction(model: str, k: float, *flags: Flag) -> Prediction:
    signal = np.zeros((4, 1, 512), np.float32)
    inputs = ModelInput(signal, ("II",), 500.0, "z-score", "4 cycles of lead II")
    items = np.full(4, k, np.float32)
    probabilities = (0.1, 0.2, 0.7) if k >= 5.5 else (0.1, 0.7, 0.2)
    return Prediction(model, model.upper(), k, k - 1, k + 1, *probabilities, flags, items, inputs)


def abstained(model: str, reason: str) -> Prediction:
    flags = (SIMULATED, Flag("lead_missing", reason))
    return Prediction(
        model, model.upper(), NAN, NAN, NAN, NAN, NAN, NAN, flags, np.empty(0, np.float32), None
    )


class Show(Protocol):
    """Draw the page for an ECG with these predictions."""

    def __call__(self, *predictions: Prediction, simulated: bool = False) -> AppTest: ...


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Show:
    def show(*predictions: Prediction, simulated: bool = False) -> AppTest:
        analysis = analysis_without_models()
        record = replace(analysis.record, simulated=simulated)
        analysis = replace(analysis, record=record, predictions=predictions)
        monkeypatch.setattr(state, "current_analysis", lambda: analysis)
        page = AppTest.from_file(PAGE, default_timeout=300).run()
        assert not page.exception
        return page

    return show


def markdown(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def words(page: AppTest) -> str:
    said = [element.value for kind in (page.markdown, page.caption, page.warning) for element in kind]
    return "\n".join([*said, *(unescape(element.proto.body) for element in page.get("html"))])


def figures(page: AppTest) -> list[str]:
    return [element.proto.spec for element in page.get("plotly_chart")]


def test_without_an_ecg_the_page_says_how_to_begin() -> None:
    page = AppTest.from_file(PAGE, default_timeout=300).run()
    assert not page.exception
    assert not figures(page)
    assert page.button  # the examples


def test_hyperkalemia_is_said_with_a_warning_sign_and_in_words(shown: Show) -> None:
    page = shown(prediction("dcrnn", 6.7), prediction("ecg12net", 6.3), prediction("vae", 5.2))
    (headline,) = page.error
    assert "estimates hyperkalemia (6.7 mEq/L). Of two others, one estimates hyperkalemia" in headline.value
    assert headline.icon == ":material/warning:"
    assert "Severe hyperkalemia" in words(page)
    assert "well off the mark" in words(page)


def test_normal_estimates_raise_no_alarm_but_promise_nothing(shown: Show) -> None:
    page = shown(prediction("dcrnn", 4.2), prediction("ecg12net", 4.4))
    assert not page.error
    assert "This excludes neither hyper- nor hypokalemia." in page.info[0].value


def test_a_likely_hyperkalemia_behind_a_normal_estimate_gets_a_warning(shown: Show) -> None:
    page = shown(replace(prediction("dcrnn", 5.4), p_normal=0.3, p_hyper=0.6))
    assert "Yet it finds hyperkalemia more likely than not." in page.warning[0].value


def test_the_notice_on_simulated_training_is_always_there(shown: Show) -> None:
    for page in (shown(prediction("dcrnn", 4.2)), shown(abstained("dcrnn", "No lead II."))):
        assert "not validated on laboratory potassium" in words(page)


def test_interval_and_class_mix_come_from_the_card(shown: Show) -> None:
    text = words(shown(prediction("dcrnn", 4.2)))
    assert "90% interval 3.2–5.2" in text
    assert "88% of 120 unseen simulated ECGs (aim 90%)" in text
    assert "25% hypo, 35% normal, 40% hyper" in text


def test_an_abstention_is_shown_with_its_reason(shown: Show) -> None:
    page = shown(prediction("dcrnn", 4.2, SIMULATED), abstained("ecg12net", "Leads V1 to V6 are missing."))
    assert "No estimate" in words(page)
    assert "Leads V1 to V6 are missing." in words(page)


def test_reasons_shared_by_all_models_are_said_once(shown: Show) -> None:
    noise = Flag("noise", "Poor signal in II.")
    text = words(shown(prediction("dcrnn", 4.2, SIMULATED, noise), prediction("vae", 4.4, SIMULATED)))
    assert text.count(SIMULATED.text) == 1
    assert text.count(noise.text) == 1


def test_every_picture_of_an_estimate_says_what_the_models_learned_from(shown: Show) -> None:
    drawn = [
        json.loads(figure) for figure in figures(shown(prediction("dcrnn", 4.2), prediction("vae", 4.4)))
    ]
    words = [figure["layout"].get("title", {}).get("text", "") for figure in drawn]
    assert (
        sum("learned from SIMULATED potassium" in text for text in words) == 3
    )  # estimates, cycles, probabilities
    assert any("real patients, n = 92" in text and "SIMULATED, n = " in text for text in words)


def test_a_silent_model_keeps_its_reason_though_all_share_it() -> None:
    missing = Flag("lead_missing", "Lead II is missing.")
    answered, silent = prediction("dcrnn", 4.2, missing), abstained("vae", missing.text)
    html = unescape(models_html([answered, silent], shared=(missing,)))
    first, second = html.split("</tr>")[1:3]
    assert missing.text not in first
    assert missing.text in second


def test_all_models_abstaining_leaves_reasons_and_table(shown: Show) -> None:
    page = shown(abstained("dcrnn", "No lead II."), abstained("vae", "No lead V5."))
    assert "No model could estimate potassium" in page.error[0].value
    assert len(figures(page)) == 1  # what was measured beside the classes
    assert page.dataframe[0].value["k_meq_l"].isna().all()


def test_a_simulated_record_is_named_in_large_letters(shown: Show) -> None:
    page = shown(prediction("dcrnn", 6.7, SIMULATED), simulated=True)
    assert page.warning[0].value.startswith("## SIMULATED ECG")


def test_without_models_the_page_says_so_and_ends(shown: Show) -> None:
    page = shown()
    assert "No potassium model is installed" in page.info[0].value
    assert "danger sign" in words(page)
    assert not page.dataframe


def test_table_has_exactly_the_promised_columns(shown: Show) -> None:
    table = shown(prediction("dcrnn", 6.7, SIMULATED)).dataframe[0].value
    assert list(table.columns) == [
        "file",
        "model",
        "k_meq_l",
        "k_low",
        "k_high",
        "p_hypo",
        "p_hyper",
        "flags",
    ]
    assert table.loc[0, "flags"] == "simulated"


def test_crops_can_be_leafed_through(shown: Show) -> None:
    signal = np.zeros((3, 12, 1024), np.float32)
    inputs = ModelInput(signal, STANDARD_LEADS, 500.0, "mV", "3 crops of 12 leads")
    page = shown(replace(prediction("ecg12net", 4.2), inputs=inputs))
    before = figures(page)
    page.slider[0].set_value(3).run()
    assert not page.exception
    assert len(figures(page)) == len(before)


def test_figures_of_a_real_analysis_stay_under_a_megabyte(models: Path, shown: Show) -> None:
    write_checkpoint_folder(models, "second", "Second")
    record = open_ecg(list_examples()[0].path)
    analysis = analyze(record, checkpoints=load_checkpoints(models))
    page = shown(*analysis.predictions)
    assert len(figures(page)) == 6
    assert sum(map(len, figures(page))) < 1_000_000


def with_rhythm(
    monkeypatch: pytest.MonkeyPatch, *facts: RhythmFact, predictions: tuple[Prediction, ...]
) -> AppTest:
    """The page for an ECG in which these facts hold."""
    analysis = analysis_without_models()
    rhythm = replace(analysis.rhythm, **{fact.key: fact for fact in facts})
    analysis = replace(analysis, rhythm=rhythm, predictions=predictions)
    monkeypatch.setattr(state, "current_analysis", lambda: analysis)
    page = AppTest.from_file(PAGE, default_timeout=300).run()
    assert not page.exception
    return page


WIDE = RhythmFact("wide_qrs", True, "The QRS is wide: 151 ms (wide from 120 ms).", 151.0, 120.0, "ms")
FIBRILLATES = RhythmFact("fibrillation", True, "This looks like atrial fibrillation.", 10.0, 6.0, "%")


def test_a_damaged_model_is_named_and_the_others_answer(models: Path, shown: Show) -> None:
    write_checkpoint_folder(models, "broken", "Broken")
    (models / "broken" / "model.safetensors").write_bytes(b"")
    checkpoints.installed.clear()
    page = shown(prediction("dcrnn", 4.2))
    assert any("left out" in warning.value and "broken" in warning.value for warning in page.warning)
    assert [checkpoint.card.name for checkpoint in checkpoints.installed_checkpoints()] == ["dcrnn"]


@pytest.mark.parametrize("predictions", [(), (prediction("dcrnn", 4.2),)], ids=["no model", "one model"])
def test_what_the_rhythm_says_about_trust_is_said_once_whatever_the_models_say(
    monkeypatch: pytest.MonkeyPatch, predictions: tuple[Prediction, ...]
) -> None:
    text = markdown(with_rhythm(monkeypatch, WIDE, FIBRILLATES, predictions=predictions))
    assert text.count("What the rhythm says about trust") == 1
    assert text.count("151 ms") == 1
    assert text.count("120 ms") == 1  # the sentence has the limit
    assert "(measured: 10 %; limit: above 6 %)" in text
    assert "severe hyperkalemia widens the QRS" in text


def test_a_rhythm_without_findings_is_said_to_be_so_with_what_was_not_assessed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unseen = RhythmFact("paced", None, "Pacing spikes were not assessed.")
    text = words(with_rhythm(monkeypatch, unseen, predictions=(prediction("dcrnn", 4.2),)))
    assert "Nothing in the rhythm speaks against an estimate." in text
    assert "Not assessed: ventricular pacing." in text


def test_exchanged_electrodes_are_a_reason_to_distrust(monkeypatch: pytest.MonkeyPatch) -> None:
    analysis = analysis_without_models()
    note = "Electrodes V1 and V2 may be swapped; check the electrodes and repeat the ECG"
    quality = replace(analysis.quality, summary=note, electrodes=note)
    analysis = replace(analysis, quality=quality, predictions=(prediction("dcrnn", 4.2),))
    monkeypatch.setattr(state, "current_analysis", lambda: analysis)
    page = AppTest.from_file(PAGE, default_timeout=300).run()
    assert "V1 and V2 may be swapped" in words(page)
