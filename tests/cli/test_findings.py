from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from ecg_core.cli.main import main
from ecg_core.models.twelve_lead import build_twelve_lead
from ecg_core.twelve_lead.card import AgeCalibration, FindingCalibration, TwelveLeadCard
from ecg_core.twelve_lead.checkpoint import N_OUTPUTS, store_twelve_lead
from ecg_core.twelve_lead.table import COLUMNS
from ecg_core.twelve_lead.types import FINDINGS


def card(name: str, few_leads: bool) -> TwelveLeadCard:
    """Of which AFIB is always named, whatever the weights are."""
    calibration = {code: FindingCalibration(0.0, 2.0 if code == "AFIB" else -2.0, 0.4) for code in FINDINGS}
    facts = {"recipe": {"few_leads": few_leads}}
    age = AgeCalibration(60.0, 0.0, -15.0, 14.0)
    return TwelveLeadCard(name, name, "ml_resnet", "", "", 1, calibration, age, facts, {}, (), "CC0")


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    root = tmp_path_factory.mktemp("twelve_lead")
    for name, few_leads in (("all_leads", False), ("few_leads", True)):
        store_twelve_lead(root / name, build_twelve_lead("ml_resnet", N_OUTPUTS), card(name, few_leads))
    return root


def findings(out: Path, models: Path, *arguments: object) -> int:
    return main(["findings", *map(str, arguments), "--out", str(out), "--checkpoints", str(models)])


def test_a_row_for_each_file_by_the_model_for_so_many_leads(ward: Path, tmp_path: Path, models: Path) -> None:
    out = tmp_path / "new" / "findings.csv"
    assert findings(out, models, ward) == 0
    table = pd.read_csv(out, keep_default_na=False)
    assert tuple(table.columns) == COLUMNS
    few, complete = table.to_dict("records")
    assert (Path(few["file"]), few["model"], few["leads"]) == (ward / "two_leads.csv", "few_leads", "II;V5")
    assert "lead_missing" in few["flags"].split(";")
    assert (Path(complete["file"]), complete["model"]) == (ward / "monday/00185_hr.hea", "all_leads")
    assert complete["leads"].count(";") == 11
    assert set(table["present"]) == {"AFIB"}
    assert table["p_AFIB"].astype(float).tolist() == pytest.approx([1 / (1 + np.exp(-2))] * 2)
    assert table[["age_low", "age_years", "age_high"]].to_numpy().tolist() == [[45.0, 60.0, 74.0]] * 2


def test_a_bad_file_among_others_is_told_and_resuming_adds_only_what_is_missing(
    ward: Path, tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "findings.csv"
    assert findings(out, models, ward / "two_leads.csv") == 0
    marked = out.read_text().replace("lead_missing", "kept")
    out.write_text(marked)
    (ward / "broken.edf").write_bytes(b"0       " + b"\xff" * 300)
    assert findings(out, models, ward, "--resume") == 1
    assert f"Failed: {ward / 'broken.edf'}: " in capsys.readouterr().err
    assert out.read_text().startswith(marked)
    assert len(pd.read_csv(out)) == 2


def test_without_a_model_it_says_so(ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert findings(tmp_path / "findings.csv", tmp_path, ward) == 1
    assert "No 12-lead model is installed" in capsys.readouterr().err
