import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecg_core.cli.main import main
from ecg_core.evaluation.table import read_evaluation
from ecg_core.inference.card import read_card
from ecg_core.inference.checkpoint import CARD
from tests.cli.conftest import MODELS
from tests.datasets.site_folders import site_rows, write_site


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_site(tmp_path / "site")


@pytest.fixture(scope="module")
def results(checkpoints: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both models over a site, in its folder `out`."""
    root = tmp_path_factory.mktemp("site")
    assert evaluate(write_site(root), checkpoints, root / "out", models=MODELS) == 0
    return root / "out"


def evaluate(
    site: Path, checkpoints: Path, out: Path, *options: str, models: Sequence[str] = ("dcrnn",)
) -> int:
    folders = [str(checkpoints / name) for name in models]
    return main(["evaluate", "potassium", *folders, "--manifest", str(site), "--out", str(out), *options])


def test_report_and_tables_of_every_model(results: Path) -> None:
    report = (results / "report.txt").read_text()
    assert report.startswith("manifest.csv\n4 ECGs of 3 patients; 3 potassium values and 1 ranges.")
    assert report.count("Measured on 3 real ECGs") == 2  # one ECG has only a range
    assert report.count("By subgroup (fewer than 10 patients: only counted") == 2
    assert "rhythm: atrial fibrillation" in report and "QRS: 120 ms and wider" in report
    assert report.count("4 ECGs (1 with a range), 2 with it; 0 left out") == 2  # hyperkalemia
    table = read_evaluation(results / "dcrnn.parquet")
    assert sorted(table["k_true_meq_l"]) == [2.9, 4.1, 6.3] and not table["simulated"].any()
    assert set(table["patient_id"]) == {"a", "b"}


def test_the_whole_table_holds_ranges_and_facts(results: Path) -> None:
    rows = pd.read_csv(results / "ecgs.csv")
    assert list(rows.groupby("model").size()) == [4, 4]
    block = rows[rows["record_id"].str.startswith("ecgs/2/")].iloc[0]
    assert np.isnan(block["k_true_meq_l"]) and block["k_true_low"] == 8.0 and block["k_true_high"] == np.inf
    assert block["qrs_duration_ms"] > 120 and block["drawn_after_min"] == 20
    assert (block["sex"], block["age_years"], block["rhythm"]) == ("female", 69, "sinus")
    assert block["k_low"] <= block["k_meq_l"] <= block["k_high"]


def test_a_bad_file_is_told_and_the_others_count(
    site: Path, checkpoints: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = next((site.parent / "ecgs/0").glob("*.dat"))
    broken.write_bytes(b"short")
    assert evaluate(site, checkpoints, tmp_path / "out") == 1
    said = capsys.readouterr()
    assert "3 done; 1 failed." in said.err and f"Failed: {broken.with_suffix('.hea')}" in said.err
    assert "1 of these ECGs could not be read and are in no figure below." in said.out
    assert "Measured on 2 real ECGs" in said.out


def test_resume_reads_only_what_is_missing_and_takes_the_labels_anew(
    site: Path, results: Path, checkpoints: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    shutil.copytree(results, out)
    answers = (out / "answers.jsonl").read_text()
    (out / "answers.jsonl").write_text(answers[:-100])  # cut off in the middle of the last ECG
    rows = site_rows()
    rows.loc[0, "k_meq_l"] = "5.9"
    capsys.readouterr()
    changed = write_site(site.parent, rows)
    assert evaluate(changed, checkpoints, out, "--resume", models=MODELS) == 0
    assert "1 done; 3 done before." in capsys.readouterr().err
    assert (out / "answers.jsonl").read_text() == answers
    assert 5.9 in list(read_evaluation(out / "dcrnn.parquet")["k_true_meq_l"])


def test_answers_of_other_models_are_not_resumed(
    site: Path, results: Path, checkpoints: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out/answers.jsonl"
    shutil.copytree(results, path.parent)
    assert evaluate(site, checkpoints, path.parent, "--resume") == 1  # of two models, not of this one
    assert "holds the answers of other models" in capsys.readouterr().err
    path.write_text("a,b\n1,2\n")
    assert evaluate(site, checkpoints, path.parent, "--resume") == 1
    assert "not a file of answers" in capsys.readouterr().err


def test_a_model_that_learned_from_real_ecgs_is_judged_on_the_test_part(
    checkpoints: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = site_rows()
    rows["split"] = ["train", "test", "train", "train"]
    site = write_site(tmp_path / "site", rows)
    folder = tmp_path / "fine_tuned"
    folder.mkdir()
    card = read_card(checkpoints / "dcrnn" / CARD)
    replace(card, trained_on=replace(card.trained_on, simulated=False)).write(folder / CARD)
    (folder / "model.safetensors").write_bytes((checkpoints / "dcrnn/model.safetensors").read_bytes())
    options = ["evaluate", "potassium", str(folder), "--manifest", str(site), "--out", str(tmp_path / "out")]
    assert main(options) == 0
    said = capsys.readouterr().out
    assert "test part only" in said and "Measured on 1 real ECGs" in said
    assert main([*options, "--part", "all"]) == 0
    assert "Measured on 3 real ECGs" in capsys.readouterr().out


def test_where_to_write_must_be_said(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "potassium", "--manifest", str(site)]) == 1
    assert "give --out" in capsys.readouterr().err


def test_only_ranges_still_give_detection(checkpoints: Path, tmp_path: Path) -> None:
    rows = site_rows()
    rows["k_meq_l"], rows["k_low"], rows["k_high"] = "", ["", "6", "8", ""], ["3", "6.5", "", "5"]
    assert evaluate(write_site(tmp_path / "site", rows), checkpoints, tmp_path / "out") == 0
    report = (tmp_path / "out/report.txt").read_text()
    assert "No ECG with a potassium value got an estimate" in report
    assert "Hyperkalemia: area under the ROC curve" in report
