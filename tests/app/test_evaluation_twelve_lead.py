import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from streamlit.testing.v1 import AppTest

from app.components import twelve_lead_models
from ecg_core.evaluation.twelve_lead import score
from ecg_core.models.twelve_lead import build_twelve_lead
from ecg_core.network_files import CARD
from ecg_core.training.twelve_lead_judge import record_results
from ecg_core.twelve_lead.card import AgeCalibration, FindingCalibration, TwelveLeadCard
from ecg_core.twelve_lead.checkpoint import N_OUTPUTS, load_twelve_lead, store_twelve_lead
from ecg_core.twelve_lead.types import FINDINGS

N = 80


def evaluation_table() -> pd.DataFrame:
    rng = np.random.default_rng(4)
    age = rng.uniform(20, 90, N)
    estimate = age + rng.normal(0, 8, N)
    columns = {
        "record_id": [f"r{i}" for i in range(N)],
        "age_years": age,
        "age_estimate": estimate,
        "age_low": estimate - 15,
        "age_high": estimate + 15,
    }
    for code in FINDINGS:
        truth = (np.arange(N) % 8 == 0).astype(float)
        columns |= {f"true_{code}": truth, f"p_{code}": np.clip(0.5 * truth + 0.5 * rng.random(N), 0, 1)}
    return pd.DataFrame(columns)


def store(root: Path, name: str) -> None:
    calibration = {code: FindingCalibration(1.0, 0.0, 0.4) for code in FINDINGS}
    age = AgeCalibration(60.0, 17.0, -15.0, 14.0)
    card = TwelveLeadCard(name, name, "ml_resnet", "", "", 1, calibration, age, {}, {}, (), "CC0")
    store_twelve_lead(root / name, build_twelve_lead("ml_resnet", N_OUTPUTS), card)


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A judged model, one without results, a curve of fewer leads, and a network that restores leads."""
    torch.manual_seed(0)
    store(tmp_path, "judged")
    store(tmp_path, "unjudged")
    record_results(load_twelve_lead(tmp_path / "judged"), evaluation_table(), "A made-up test set")
    (tmp_path / "lead_elimination").mkdir()
    curve = {"leads": "I, II", "dropped": "", "selection": 0.5, "value": 0.6, "low": 0.5, "high": 0.7, "n": N}
    pd.DataFrame([curve | {"task": task, "n_leads": 2} for task in ("findings", "age")]).to_parquet(
        tmp_path / "lead_elimination" / "curves.parquet"
    )
    (tmp_path / "restoration").mkdir()
    numbers = dict.fromkeys(("r", "r_low", "r_high", "linear_r", "gain", "gain_low", "gain_high"), 0.9)
    row = {"measured": "I,II,V2", "n": 9, "part": "test", **numbers}
    (tmp_path / "restoration" / CARD).write_text(json.dumps({"results": {"rows": [row]}}))
    monkeypatch.setattr(twelve_lead_models, "FOLDER", tmp_path)
    twelve_lead_models.installed_twelve_lead.clear()
    return tmp_path


def page() -> None:
    from app.components.evaluation_twelve_lead import draw_twelve_lead_evaluation

    draw_twelve_lead_evaluation()


def tables(shown: AppTest) -> list[str]:
    bodies = (element.proto.body for element in shown.get("html"))
    return [body for body in bodies if "kalium-readings" in body]


def drawn() -> AppTest:
    shown = AppTest.from_function(page, default_timeout=60).run()
    assert not shown.exception
    return shown


def test_a_judged_model_is_shown_with_all_its_figures_and_numbers() -> None:
    shown = drawn()
    expected = score(evaluation_table())
    assert [metric.value for metric in shown.metric][:3] == [
        f"{expected.mean_auprc.value:.3f}",
        f"{expected.mean_auroc.value:.3f}",
        f"{expected.age_mae.value:.1f} years",
    ]
    assert shown.selectbox[0].options == ["judged"]
    assert len(shown.get("plotly_chart")) == 5 + 2  # the model's, and fewer leads for both tasks
    scores, curves, restoration = tables(shown)
    assert scores.count("<td>10</td>") == len(FINDINGS)
    assert curves.count("<tr>") == 1 + 2
    assert "I, II, V2" in restoration


def test_what_is_missing_is_said_and_the_rest_is_shown(models: Path) -> None:
    (models / "judged" / "evaluation.parquet").write_bytes(b"cut off")
    (models / "lead_elimination" / "curves.parquet").unlink()
    shown = drawn()
    said = " ".join(element.value for element in shown.info)
    assert "not a readable evaluation table" in said.replace("\\", "")
    assert "elimination of leads" in said
    assert len(tables(shown)) == 1


def test_without_models_it_says_how_to_get_them(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(twelve_lead_models, "FOLDER", models / "nothing")
    shown = drawn()
    assert "No 12-lead model is installed" in shown.warning[0].value
    assert not shown.get("plotly_chart")
