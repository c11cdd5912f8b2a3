"""What stands around every page: notice, choice of the ECG, messages, facts."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from streamlit.runtime.scriptrunner_utils.exceptions import StopException
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from app import resolve
from app.components.facts import facts_html, facts_of
from app.components.text import as_markdown
from app.wishes import Choice
from ecg_core.analysis import Analysis, analyze
from ecg_core.errors import CheckpointError
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord, Patient, Source
from tests.app.uploads import ROOT, Upload, csv_without_time, upload

PAGES = ["scan", "review", "cycles", "twelve_lead", "potassium", "evaluation", "about"]


def html(app: AppTest) -> str:
    return "\n".join(element.value for element in app.html)


def shown(app: AppTest) -> Analysis | None:
    analysis: Analysis | None = app.session_state.get("chosen_analysis")
    return analysis


def submit(app: AppTest) -> Button:
    button: Button = next(button for button in app.button if button.label == "Open with this")
    return button.click()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_that_it_is_research_software_of_simulated_potassium(app: AppTest, page: str) -> None:
    app.switch_page(f"views/{page}.py").run()
    assert not app.exception
    assert "not for diagnosis" in html(app)
    assert "learned from <b>simulated</b> effects" in html(app)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_whose_ecg_it_is(open_example: Callable[[str], AppTest], page: str) -> None:
    app = open_example("normal")
    app.switch_page(f"views/{page}.py").run()
    assert not app.exception
    assert "Normal sinus rhythm" in html(app)
    assert "Good signal" in html(app)


def test_empty_state_offers_every_example(app: AppTest) -> None:
    labels = {button.label for button in app.button}
    assert {example.title for example in list_examples()} <= labels


def test_example_opens_from_the_sidebar(app: AppTest) -> None:
    app.sidebar.selectbox[0].set_value(list_examples()[1]).run()
    analysis = shown(app)
    assert analysis is not None
    assert analysis.record.source.name == list_examples()[1].title
    assert any(list_examples()[1].licence in note for note in analysis.record.notes)


def test_uploaded_pair_is_analysed(app: AppTest, wfdb_pair: list[Upload]) -> None:
    app.file_uploader[0].set_value(wfdb_pair).run()
    assert not app.error
    analysis = shown(app)
    assert analysis is not None and len(analysis.record.leads) == 12
    assert analysis.annotation.n_beats > 5


def test_pair_can_be_uploaded_one_file_after_the_other(app: AppTest, wfdb_pair: list[Upload]) -> None:
    app.file_uploader[0].set_value(wfdb_pair[:1]).run()
    assert app.error and shown(app) is None
    app.file_uploader[0].set_value(wfdb_pair).run()
    assert not app.error
    assert shown(app) is not None


def test_upload_field_is_empty_again_after_an_ecg_was_opened(app: AppTest, wfdb_pair: list[Upload]) -> None:
    app.file_uploader[0].set_value(wfdb_pair).run()
    assert not app.file_uploader[0].value


def test_an_upload_is_opened_by_the_next_run_where_a_click_stops_this_one(
    app: AppTest, wfdb_pair: list[Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(choice: Choice) -> ECGRecord:
        raise StopException  # how Streamlit ends a run whose user has clicked on

    with monkeypatch.context() as patch:
        patch.setattr(resolve, "recording_of", stopped)
        app.file_uploader[0].set_value(wfdb_pair).run()
        assert shown(app) is None
    app.switch_page("views/cycles.py").run()
    first = shown(app)
    assert first is not None
    app.run()
    assert shown(app) is first  # carried out once


def test_broken_file_is_explained_and_the_previous_ecg_stays(
    open_example: Callable[[str], AppTest], wfdb_pair: list[Upload]
) -> None:
    app = open_example("normal")
    before = shown(app)
    app.file_uploader[0].set_value([upload("scan.hea", b"\x00\x01\x02 garbage")]).run()
    assert "previous ECG is still shown" in app.error[0].value
    assert shown(app) is before
    app.file_uploader[0].set_value([upload("scan.hea", b"\x00\x01\x02 garbage"), *wfdb_pair]).run()
    assert not app.error
    assert shown(app) is not before


def test_missing_rate_is_asked_for_and_used(app: AppTest) -> None:
    app.file_uploader[0].set_value([upload("ward.csv", csv_without_time())]).run()
    assert shown(app) is None
    assert not app.error
    app.number_input(key="answer_fs_hz").set_value(250.0)
    submit(app).run()
    analysis = shown(app)
    assert analysis is not None
    assert analysis.record.fs_hz == 250
    assert analysis.record.duration_s == pytest.approx(12)


def test_missing_rate_is_asked_for_until_it_is_given_and_never_guessed(app: AppTest) -> None:
    app.file_uploader[0].set_value([upload("ward.csv", csv_without_time())]).run()
    assert app.number_input(key="answer_fs_hz").value is None
    submit(app).run()
    assert shown(app) is None
    assert app.number_input(key="answer_fs_hz").value is None
    assert "Nothing was entered" in app.error[0].value
    app.number_input(key="answer_fs_hz").set_value(250.0)
    submit(app).run()
    assert shown(app) is not None
    assert not app.error


def test_unexpected_error_is_friendly_and_logged_without_its_message(
    app: AppTest, wfdb_pair: list[Upload], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    patient = " ".join(["Jane", "Doe"])  # as read from a file: not in the source that a traceback shows

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(patient)

    monkeypatch.setattr(resolve, "analyze", fail)
    app.file_uploader[0].set_value(wfdb_pair).run()
    assert "Something went wrong" in app.error[0].value
    assert "RuntimeError" in caplog.text
    assert patient not in caplog.text + app.error[0].value


def test_damaged_checkpoint_does_not_hide_the_ecg(
    app: AppTest, wfdb_pair: list[Upload], monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged() -> None:
        raise CheckpointError("The weights are damaged.")

    monkeypatch.setattr(resolve, "installed_checkpoints", damaged)
    app.file_uploader[0].set_value(wfdb_pair).run()
    analysis = shown(app)
    assert analysis is not None and analysis.predictions == ()


def test_name_of_an_upload_is_not_read_as_markup(app: AppTest) -> None:
    name = "<img src=x>[a](b).csv"
    app.file_uploader[0].set_value([upload(name, csv_without_time())]).run()
    app.number_input(key="answer_fs_hz").set_value(250.0)
    submit(app).run()
    assert "<img" not in html(app)
    assert "&lt;img src=x&gt;[a](b).csv" in html(app)


def test_markdown_signs_are_escaped() -> None:
    assert as_markdown("a*b_[c](d)") == r"a\*b\_\[c\]\(d\)"


def record(**changes: object) -> ECGRecord:
    signal = np.zeros((3, 5000), dtype=np.float32)
    return replace(ECGRecord(signal, 500.0, ("I", "II", "III")), **changes)  # type: ignore[arg-type]


def test_facts_name_what_is_known() -> None:
    facts = dict(
        facts_of(
            record(
                patient=Patient("4711", 61.0, "female"),
                recorded_at=datetime(2024, 3, 9, 7, 5),
                source=Source("a.dcm", "DICOM", "ELI 250"),
                derived_leads=frozenset({"III"}),
            )
        )
    )
    assert facts == {
        "Patient": "4711",
        "Age": "61 years",
        "Sex": "female",
        "Recorded": "9 Mar 2024, 07:05",
        "Device": "ELI 250",
        "Leads": "I, II, III (derived: III)",
        "Sampling rate": "500 Hz",
        "Length": "10.0 s",
        "Format": "DICOM",
    }


def test_facts_say_when_age_and_sex_are_unknown() -> None:
    facts = dict(facts_of(record()))
    assert facts["Age"] == facts["Sex"] == "unknown"
    assert "Patient" not in facts and "Recorded" not in facts


def test_an_example_says_what_its_source_knows_of_the_patient(open_example: Callable[[str], AppTest]) -> None:
    patient = open_example("atrial_fibrillation").session_state["chosen_analysis"].record.patient
    assert (patient.age_years, patient.sex) == (79, "male")


def test_simulated_record_is_marked() -> None:
    analysis = analyze(open_ecg(list_examples()[0].path))
    assert "SIMULATED" not in facts_html(analysis)
    assert "SIMULATED" in facts_html(replace(analysis, record=replace(analysis.record, simulated=True)))


def test_quality_is_said_in_a_word_and_a_sign() -> None:
    analysis = analyze(open_ecg(list_examples()[0].path))
    for grade, words in (("good", "✓</b> Good"), ("fair", "▲</b> Fair"), ("poor", "✕</b> Poor")):
        quality = replace(analysis.quality, grade=grade, summary="<sum>")
        page = facts_html(replace(analysis, quality=quality))
        assert words in page
        assert "&lt;sum&gt;" in page


def test_server_settings_protect_users() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "localhost"
    assert config["server"]["maxUploadSize"] == 20
    assert config["server"]["enableXsrfProtection"] is True
    assert config["client"]["showErrorDetails"] == "none"
    assert config["browser"]["gatherUsageStats"] is False
