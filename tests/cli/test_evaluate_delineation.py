from pathlib import Path

import pytest

from ecg_core.cli.main import main
from tests.datasets.marked_folders import arrhythmia_folder, ludb_folder, qt_folder


def numbers(said: str, mark: str) -> list[str]:
    (line,) = (line for line in said.splitlines() if line.strip().startswith(mark))
    return line.split()


@pytest.mark.parametrize("method", ["multilead", "learned"])
def test_ludb(method: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(ludb_folder(tmp_path))
    assert main(["evaluate", "delineation", "--root", root, "--method", method]) == 0
    said = capsys.readouterr().out
    assert f"3 records, every lead by its own marks, method {method}" in said
    assert float(numbers(said, "QRS found")[4]) > 95
    assert "Atrial fibrillation (1 records)" in said
    assert ("no test on unseen records" in said) == (method == "learned")


def test_the_qt_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "delineation", "--root", str(qt_folder(tmp_path / "qt"))]) == 0
    said = capsys.readouterr().out
    assert "QT database, 1 records" in said
    row = numbers(said, "QRS onset")
    assert row[2:5] == ["100.00", "-", "-"] and row[-3:] == ["3", "<NA>", "0"]


def test_beats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "beats", "--root", str(arrhythmia_folder(tmp_path))]) == 0
    said = capsys.readouterr().out
    assert "1 records, all beats" in said
    assert numbers(said, "beat")[1] == "100.00"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["delineation"], "--root"),
        (["delineation", "--root", ".", "--method", "guess"], "Choose one of"),
        (["beats", "--root", "."], "holds no records"),
    ],
    ids=["no root", "no such method", "no marks"],
)
def test_what_is_wrong_is_said(
    arguments: list[str],
    reason: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", *arguments]) == 1
    assert reason in capsys.readouterr().err


def test_training_needs_noise(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "delineator", "--base-ecgs", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "--noise" in capsys.readouterr().err
