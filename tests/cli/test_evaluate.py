from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecg_core.cli.main import main
from ecg_core.evaluation.table import write_evaluation
from ecg_core.inference.checkpoint import EVALUATION
from tests.cli.conftest import MODELS

TRUTH = np.array([3.0, 4.5, 6.0, 8.5])


@pytest.fixture
def table() -> pd.DataFrame:
    """Four simulated records, each estimated 0.5 mEq/L too high."""
    k = TRUTH + 0.5
    return pd.DataFrame(
        {
            "record_id": list("abcd"),
            "simulated": True,
            "k_true_meq_l": TRUTH,
            "k_meq_l": k,
            "k_low": k - 1,
            "k_high": k + 1,
            "p_hypo": 0.2,
            "p_normal": 0.2,
            "p_hyper": 0.6,
        }
    )


def test_table_of_ones_own(table: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table["simulated"] = [True, False, False, False]
    table.to_csv(tmp_path / "site.csv", index=False)
    assert main(["evaluate", "potassium", "--table", str(tmp_path / "site.csv")]) == 0
    said = capsys.readouterr().out
    assert "1 SIMULATED and 3 real ECGs" in said
    lines = {line.split("  ")[0]: line for line in said.splitlines()}
    assert "0.500" in lines["Mean absolute error"]
    assert "1.750" in lines["Mean absolute error of always the mean"]
    assert lines["Records with an estimate"].split()[-1] == "4"
    ranges = [line.split() for line in said.splitlines() if line.strip().startswith(("<4", "4–5", ">8"))]
    assert [row[:3] for row in ranges] == [["<4", "1", "0.50"], ["4–5", "1", "0.50"], [">8", "1", "0.50"]]


def test_every_section_says_what_the_ecgs_were_and_how_many(
    table: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    many = pd.concat([table] * 6, ignore_index=True)
    many["record_id"] = [f"r{i}" for i in range(len(many))]
    many["sex"] = np.where(np.arange(len(many)) % 8 < 4, "female", "male")
    many["flags"] = np.where(np.arange(len(many)) % 8 < 4, "fibrillation", "")
    many["p_severe"] = 0.55
    many.to_csv(tmp_path / "site.csv", index=False)
    assert main(["evaluate", "potassium", "--table", str(tmp_path / "site.csv")]) == 0
    said = capsys.readouterr().out
    headings = [line for line in said.splitlines() if line.endswith("· SIMULATED potassium, n = 24 ECGs")]
    assert len(headings) == 5
    assert "Singer" in said and "Severe hyperkalemia needs its own prevalence" in said
    severe = next(line for line in said.splitlines() if line.startswith("Severe hyperkalemia: sensitivity"))
    assert severe.split()[-1] == "1"
    for group in ("Sex: female", "Sex: male", "Rhythm: atrial fibrillation"):
        (line,) = [line for line in said.splitlines() if group in line]
        assert "12" in line


def test_ones_own_prevalence_changes_what_an_alarm_means(
    table: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sensitivity 1 and specificity 0: of alarms, as many are right as patients have it."""
    table["p_severe"] = 0.55
    table.to_csv(tmp_path / "site.csv", index=False)
    options = ["evaluate", "potassium", "--table", str(tmp_path / "site.csv"), "--prevalence"]
    assert main([*options, "hyper=20,severe=4"]) == 0
    rows = {
        line.split(" (")[0].strip(): line
        for line in capsys.readouterr().out.splitlines()
        if "%" in line and "(K" in line
    }
    assert "20.0%" in rows["Hyperkalemia"] and "0.20 [0.20, 0.20]" in rows["Hyperkalemia"]
    assert "4.0%" in rows["Severe hyperkalemia"] and "5.5%" in rows["Hypokalemia"]
    assert main([*options, "hyper=120"]) == 1
    assert "--prevalence hyper=120 cannot be read" in capsys.readouterr().err


def test_checkpoint_shows_its_own_results(
    table: pd.DataFrame, checkpoints: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_evaluation(table, checkpoints / "dcrnn" / EVALUATION)
    assert main(["evaluate", "potassium", str(checkpoints / "dcrnn")]) == 0
    said = capsys.readouterr().out
    assert said.startswith("dcrnn")
    assert "4 SIMULATED ECGs" in said


def test_without_a_choice_every_installed_model_is_shown(
    table: pd.DataFrame,
    checkpoints: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in MODELS:
        write_evaluation(table, checkpoints / name / EVALUATION)
    monkeypatch.setattr("ecg_core.cli.model_commands.CHECKPOINTS", checkpoints)
    assert main(["evaluate", "potassium"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line.startswith(MODELS)] == [f"{name} ({name})" for name in MODELS]


def test_no_installed_model_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ecg_core.cli.model_commands.CHECKPOINTS", tmp_path)
    assert main(["evaluate", "potassium"]) == 1
    assert f"no model in {tmp_path}" in capsys.readouterr().err


def test_checkpoint_without_results_is_told(checkpoints: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkpoints / "ecg12net" / EVALUATION).unlink(missing_ok=True)
    assert main(["evaluate", "potassium", str(checkpoints / "ecg12net")]) == 1
    assert "no evaluation results" in capsys.readouterr().err


def test_table_without_truth_is_told(
    table: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table.drop(columns="k_true_meq_l").to_csv(tmp_path / "site.csv", index=False)
    assert main(["evaluate", "potassium", "--table", str(tmp_path / "site.csv")]) == 1
    assert "k_true_meq_l" in capsys.readouterr().err
