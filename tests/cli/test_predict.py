import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ecg_core.cli.main import main
from ecg_core.inference.table import COLUMNS
from tests.cli.conftest import MODELS


def predict(out: Path, checkpoints: Path, *arguments: object) -> int:
    return main(
        ["predict", *map(str, arguments), "--out", str(out), "--checkpoints", str(checkpoints)],
    )


def test_row_per_file_and_model(ward: Path, tmp_path: Path, checkpoints: Path) -> None:
    out = tmp_path / "new" / "k.csv"
    assert predict(out, checkpoints, ward) == 0
    table = pd.read_csv(out)
    assert tuple(table.columns) == COLUMNS
    expected = [(ward / name, model) for name in ("two_leads.csv", "monday/00185_hr.hea") for model in MODELS]
    assert list(zip(map(Path, table["file"]), table["model"], strict=True)) == expected
    complete = table.iloc[2:]
    assert np.isfinite(complete[["k_meq_l", "p_hypo", "p_hyper"]]).all(axis=None)
    assert (complete["k_low"] <= complete["k_meq_l"]).all()
    assert (complete["k_meq_l"] <= complete["k_high"]).all()


def test_model_that_cannot_answer_has_a_row_without_numbers(
    ward: Path, tmp_path: Path, checkpoints: Path
) -> None:
    assert predict(tmp_path / "k.csv", checkpoints, ward / "two_leads.csv") == 0
    with (tmp_path / "k.csv").open(newline="") as stream:
        row = list(csv.DictReader(stream))[1]
    assert row["model"] == "ecg12net"
    assert row["k_meq_l"] == row["p_hyper"] == ""
    assert "lead_missing" in row["flags"].split(";")


def test_corrupted_file_among_others(
    ward: Path, tmp_path: Path, checkpoints: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ward / "broken.edf").write_bytes(b"0       " + b"\xff" * 300)
    assert predict(tmp_path / "k.csv", checkpoints, ward) == 1
    assert f"Failed: {ward / 'broken.edf'}: " in capsys.readouterr().err
    assert pd.read_csv(tmp_path / "k.csv")["file"].nunique() == 2


def test_resume_adds_only_what_is_missing(ward: Path, tmp_path: Path, checkpoints: Path) -> None:
    out = tmp_path / "k.csv"
    assert predict(out, checkpoints, ward / "two_leads.csv") == 0
    marked = out.read_text().replace("lead_missing", "kept")
    out.write_text(marked)
    assert predict(out, checkpoints, ward, "--resume") == 0
    assert out.read_text().startswith(marked)
    assert len(pd.read_csv(out)) == 4


@pytest.mark.parametrize("n_cut", [1, 5, 400])
def test_resume_after_an_interruption_in_the_middle_of_a_row(
    ward: Path, tmp_path: Path, checkpoints: Path, n_cut: int
) -> None:
    out = tmp_path / "k.csv"
    assert predict(out, checkpoints, ward) == 0
    whole = out.read_text()
    out.write_text(whole[:-n_cut])
    assert predict(out, checkpoints, ward, "--resume") == 0
    assert out.read_text() == whole


def test_without_resume_the_table_begins_anew(ward: Path, tmp_path: Path, checkpoints: Path) -> None:
    out = tmp_path / "k.csv"
    out.write_text("something else")
    assert predict(out, checkpoints, ward / "two_leads.csv") == 0
    assert len(pd.read_csv(out)) == len(MODELS)


def test_table_of_another_kind_is_not_resumed(
    ward: Path, tmp_path: Path, checkpoints: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "k.csv"
    out.write_text("name,age\nA,63\n")
    assert predict(out, checkpoints, ward, "--resume") == 1
    assert "cannot be resumed" in capsys.readouterr().err
    assert out.read_text() == "name,age\nA,63\n"


def test_file_name_that_is_no_valid_text(ward: Path, tmp_path: Path, checkpoints: Path) -> None:
    odd = ward / "k\udcff, 2.csv"
    (ward / "two_leads.csv").rename(odd)
    out = tmp_path / "k.csv"
    assert predict(out, checkpoints, odd) == 0
    assert predict(out, checkpoints, odd, "--resume") == 0
    rows = out.read_text(errors="surrogateescape").splitlines()
    assert len(rows) == 1 + len(MODELS)
    assert rows[1].startswith(f'"{odd}",')


def test_no_model_is_told(ward: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert predict(tmp_path / "k.csv", tmp_path / "none", ward) == 1
    assert "--checkpoints" in capsys.readouterr().err
