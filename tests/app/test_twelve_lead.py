import dataclasses
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from app import state
from app.components import twelve_lead_models
from ecg_core.analysis import Analysis, analyze
from ecg_core.models.shapes import count_parameters
from ecg_core.models.twelve_lead import build_twelve_lead
from ecg_core.models.twelve_lead.u_resnet import UResNet
from ecg_core.network_files import store
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import Patient
from ecg_core.twelve_lead.card import AgeCalibration, FindingCalibration, TwelveLeadCard
from ecg_core.twelve_lead.checkpoint import N_OUTPUTS, store_twelve_lead
from ecg_core.twelve_lead.types import FINDINGS

PAGE = Path(__file__).parents[2] / "app" / "views" / "twelve_lead.py"
NAMED = ("AFIB", "SBRAD")  # what the untrained models below say of every ECG


def card(architecture: str, n_parameters: int) -> TwelveLeadCard:
    """Flat slopes: a probability of 0.88 for `NAMED`, 0.12 for the rest, whatever the weights are."""
    calibration = {code: FindingCalibration(0.0, 2.0 if code in NAMED else -2.0, 0.4) for code in FINDINGS}
    return TwelveLeadCard(
        name=architecture,
        title=architecture.capitalize(),
        architecture=architecture,
        summary="Made up.",
        source="A paper",
        n_parameters=n_parameters,
        calibration=calibration,
        age=AgeCalibration(60.0, 0.0, -15.0, 14.0),
        trained_on={"description": "nothing", "n_positive": dict.fromkeys(FINDINGS, 12)},
        results={},
        limits=("Made up for tests.",),
        licence="CC0",
    )


def write_model(root: Path, architecture: str) -> None:
    model = build_twelve_lead(architecture, N_OUTPUTS)
    store_twelve_lead(root / architecture, model, card(architecture, count_parameters(model)))


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two models of findings and the network that restores leads, all untrained."""
    torch.manual_seed(0)
    for architecture in ("ml_resnet", "ribeiro_half"):
        write_model(tmp_path, architecture)
    restorer = UResNet()
    restorer.linear.moments.copy_(torch.eye(8, dtype=restorer.linear.moments.dtype))
    (tmp_path / "restoration").mkdir()
    store(restorer, tmp_path / "restoration", {"expected": {"II,V5": {"V1": [0.61, 0.4], "I": [0.5, 0.2]}}})
    monkeypatch.setattr(twelve_lead_models, "FOLDER", tmp_path)
    twelve_lead_models.installed_twelve_lead.clear()
    twelve_lead_models.installed_restorer.clear()
    return tmp_path


@cache
def analysed(key: str) -> Analysis:
    return analyze(open_ecg(next(example.path for example in list_examples() if example.key == key)))


def shown(monkeypatch: pytest.MonkeyPatch, analysis: Analysis) -> AppTest:
    monkeypatch.setattr(state, "current_analysis", lambda: analysis)
    page = AppTest.from_file(PAGE, default_timeout=60).run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.warning, page.info)
    return "\n".join(element.value for kind in kinds for element in kind)


def figures(page: AppTest) -> list[str]:
    return [element.proto.spec for element in page.get("plotly_chart")]


def test_without_an_ecg_the_page_says_how_to_begin() -> None:
    page = AppTest.from_file(PAGE, default_timeout=30).run()
    assert not page.exception
    assert not figures(page)
    assert page.button  # the examples


def test_findings_are_named_with_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown(monkeypatch, analysed("normal"))
    text = words(page)
    assert "### Sinus bradycardia, Atrial fibrillation" in text
    assert "**Sinus bradycardia** is named, but what was measured does not fit" in text
    assert "Complete left bundle branch block** is named" not in text
    assert "Ml\\_resnet answers from 12 leads" in text
    assert len(figures(page)) == 3  # findings, age, saliency
    assert "Rate 69" in figures(page)[0]
    assert sum(map(len, figures(page))) < 1_000_000


def test_what_is_not_named_though_it_was_measured_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    text = words(shown(monkeypatch, analysed("first_degree_av_block")))
    assert "would fit: first-degree AV block \\(PR 214 ms" in text
    assert "Sinus bradycardia** is named, but" not in text  # the rate is 54


@pytest.mark.parametrize(
    ("age_years", "said"),
    [(None, "Age not in the file."), (63.0, "**63 years**, inside"), (25.0, "**25 years**, outside")],
)
def test_the_ecg_age_stands_beside_the_age_in_the_file(
    monkeypatch: pytest.MonkeyPatch, age_years: float | None, said: str
) -> None:
    analysis = analysed("normal")
    record = dataclasses.replace(analysis.record, patient=Patient(age_years=age_years))
    text = words(shown(monkeypatch, dataclasses.replace(analysis, record=record)))
    assert "**60 years** (90 % interval 45 to 74)" in text
    assert said in text


def test_another_model_and_another_finding_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    page = shown(monkeypatch, analysed("normal"))
    assert page.selectbox(key="twelve_lead_model_0").options == ["Ml_resnet", "Ribeiro_half"]
    before = figures(page)[2]
    finding = next(box for box in page.selectbox if box.label == "Finding")
    finding.set_value("Complete left bundle branch block").run()
    assert not page.exception
    assert figures(page)[2] != before
    page.selectbox(key="twelve_lead_model_0").set_value("Ribeiro_half").run()
    assert not page.exception
    assert "Ribeiro_half: thresholds and model card" in [item.label for item in page.expander]


def test_with_few_leads_the_page_says_which_it_used_and_marks_the_others_estimated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = shown(monkeypatch, analysed("two_leads"))
    text = words(page)
    assert "Ml\\_resnet answers from 2 leads:** II, V5" in text
    assert "with fewer leads it is less certain" in text
    assert "Estimated: I, III, aVR, aVL, aVF, V1, V2, V3, V4, V6** from II, V5" in text
    assert figures(page)[-1].count("estimated") == 11  # each lead, and the caption
    assert "r 0.61 (0.40)" in figures(page)[-1]  # beside V1
    assert "Poorly estimated, and drawn pale: I, III," in text
    expected = page.dataframe[0].value
    assert expected.to_dict("list") == {
        "correlation": ["median", "one in ten below"],
        "I": [0.5, 0.2],
        "V1": [0.61, 0.4],
    }


def test_without_a_heartbeat_the_model_abstains_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    record = analysed("normal").record
    page = shown(monkeypatch, analyze(record.with_signal(np.zeros_like(record.signal_mv))))
    assert "The model does not answer for this ECG" in page.warning[0].value
    assert "No heartbeat was found" in words(page)
    assert not figures(page)


def test_without_models_the_page_says_how_to_get_them(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twelve_lead_models, "FOLDER", models / "nothing")
    page = shown(monkeypatch, analysed("two_leads"))
    assert "No 12-lead model is installed" in words(page)
    assert "Leads cannot be estimated here" in words(page)
    assert not figures(page)


def test_a_damaged_model_is_said_to_be_so(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (models / "ml_resnet" / "model.safetensors").write_bytes(b"cut off")
    assert "There are no findings to show" in words(shown(monkeypatch, analysed("normal")))


def test_the_potassium_page_says_what_the_model_says_about_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "current_analysis", lambda: analysed("normal"))
    page = AppTest.from_file(PAGE.with_name("potassium.py"), default_timeout=60).run()
    assert not page.exception
    text = words(page)
    assert "**atrial fibrillation 88 % (named)**, complete right bundle branch block 12 %" in text
    assert "fibrillation waves lie over T" in text
