"""Earlier ECGs of the patient: entered once, kept, corrected by, and never used for another patient."""

from dataclasses import replace
from datetime import datetime
from functools import cache

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import state
from ecg_core.analysis import Analysis, analyze
from ecg_core.inference.types import Prediction
from ecg_core.patient.history import EarlierECG
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from tests.app.uploads import ROOT, csv_without_time, upload

NO_ITEMS = np.empty(0, np.float32)


def prediction(k: float) -> Prediction:
    return Prediction("dcrnn", "DCRNN", k, k - 1.4, k + 1.4, 0.2, 0.6, 0.2, (), NO_ITEMS, None)


def earlier(day: int, patient: str | None) -> EarlierECG:
    return EarlierECG(f"ecg{day}.dat", patient, datetime(2026, 1, day), 4.8, {"dcrnn": prediction(4.0)})


@cache
def analysed() -> Analysis:
    return analyze(open_ecg(list_examples()[0].path))


def panel() -> None:
    from app import state
    from app.components.patient_panel import draw_patient

    draw_patient(state.require_analysis(), {})


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> AppTest:
    whole = analysed()
    record = replace(whole.record, patient=replace(whole.record.patient, identifier="A-17"))
    shown = replace(whole, record=record, predictions=(prediction(5.0),))
    monkeypatch.setattr(state, "current_analysis", lambda: shown)
    return AppTest.from_function(panel, default_timeout=300)


def words(page: AppTest) -> str:
    return "\n".join(element.value for element in page.markdown)


def with_earlier(page: AppTest, *entries: EarlierECG) -> AppTest:
    page.session_state["patient_earlier"] = entries
    page.run()
    assert not page.exception
    return page


def test_the_same_patient_by_name_is_corrected_at_once(page: AppTest) -> None:
    text = words(with_earlier(page, earlier(1, "A-17"), earlier(2, "A-17")))
    assert "DCRNN: 5.0 → **5.7 mEq/L**" in text  # 5.0 + 0.83 * 0.8
    assert "from 2 ECGs" in text
    assert len(page.get("plotly_chart")) == 1


def test_another_patient_is_refused(page: AppTest) -> None:
    with_earlier(page, earlier(1, "B-4"))
    assert "Another patient" in page.error[0].value
    assert "→" not in words(page)


def test_without_names_the_user_must_say_that_it_is_the_same_patient(page: AppTest) -> None:
    with_earlier(page, earlier(1, None))
    assert "→" not in words(page)
    page.checkbox[0].check().run()
    assert not page.exception
    assert "→" in words(page)


def test_an_entry_can_be_removed_and_the_others_stay(page: AppTest) -> None:
    with_earlier(page, earlier(1, "A-17"), earlier(2, "A-17"))
    next(button for button in page.button if button.label == "Remove").click().run()
    assert [one.name for one in page.session_state["patient_earlier"]] == ["ecg2.dat"]
    assert "from 1 ECG," in words(page)


def test_what_is_missing_is_said_and_what_was_typed_stays(page: AppTest) -> None:
    page.run()
    page.number_input[0].set_value(5.1).run()
    next(button for button in page.button if button.label == "Add this ECG").click().run()
    assert "needs its files" in page.warning[0].value
    assert page.number_input[0].value == 5.1


def test_a_file_that_lacks_its_rate_is_told_what_to_do_where_nothing_can_be_entered(page: AppTest) -> None:
    page.run()
    page.file_uploader[0].set_value([upload("strip.csv", csv_without_time())])
    page.number_input[0].set_value(5.1)
    next(button for button in page.button if button.label == "Add this ECG").click().run()
    assert not page.exception
    assert "sampling rate" in page.warning[0].value
    assert "export this one with it" in page.warning[0].value
    assert page.number_input[0].value == 5.1


MANIFEST = b"""file,patient,ecg_time,k_meq_l,k_time
ptbxl/00338_hr.hea,p1,2026-01-03 08:00,5.1,2026-01-03 08:20
ptbxl/00455_hr.hea,p1,2026-01-04 08:00,4.0,2026-01-04 08:20
ptbxl/00185_hr.hea,p2,2026-01-05 08:00,3.9,2026-01-05 08:20
"""


def test_a_patients_rows_of_a_table_are_added_at_once_and_a_missing_file_is_told(page: AppTest) -> None:
    page.session_state["patient_way"] = "Several, from a table"
    page.run()
    files = [ROOT / "examples" / "ptbxl" / f"00338_hr.{suffix}" for suffix in ("hea", "dat")]
    page.file_uploader[0].set_value(upload("manifest.csv", MANIFEST))
    page.file_uploader[1].set_value([upload(file.name, file.read_bytes()) for file in files]).run()
    assert page.selectbox[0].options == ["p1", "p2"]
    next(button for button in page.button if button.label == "Add this patient's ECGs").click().run()
    assert not page.exception
    (entered,) = page.session_state["patient_earlier"]
    assert (entered.laboratory_meq_l, entered.recorded_at) == (5.1, datetime(2026, 1, 3, 8))
    assert "row 3 (00455" in page.warning[0].value.replace("\\", "")
    assert "p2" not in page.warning[0].value


def test_a_table_that_is_no_manifest_is_told(page: AppTest) -> None:
    page.session_state["patient_way"] = "Several, from a table"
    page.run()
    page.file_uploader[0].set_value(upload("ecg.csv", b"time (s),II (mV)\n0,0.1\n")).run()
    assert not page.exception
    assert "no headings of a manifest" in page.error[0].value


def test_a_file_is_analysed_and_remembered_with_its_laboratory_value(page: AppTest) -> None:
    page.run()
    files = [ROOT / "examples" / "ptbxl" / f"00185_hr.{suffix}" for suffix in ("hea", "dat")]
    page.file_uploader[0].set_value([upload(file.name, file.read_bytes()) for file in files])
    page.number_input[0].set_value(5.1)
    page.date_input[0].set_value(datetime(2026, 1, 3).date())
    next(button for button in page.button if button.label == "Add this ECG").click().run()
    assert not page.exception
    (entered,) = page.session_state["patient_earlier"]
    assert entered.laboratory_meq_l == 5.1
    assert entered.recorded_at.date() == datetime(2026, 1, 3).date()
