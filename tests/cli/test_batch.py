import re
from pathlib import Path

import pytest

from ecg_core.cli.batch import run_batch
from ecg_core.errors import SignalError, UnsupportedFormatError


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    paths = [tmp_path / f"{name}.csv" for name in "abc"]
    for path in paths:
        path.touch()
    return [str(path) for path in paths]


def nothing_done(path: Path) -> bool:
    return False


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SignalError("The signal is flat."), "The signal is flat."),
        (
            ZeroDivisionError("patient Smith"),
            "unexpected error (ZeroDivisionError in batch.py, line LINE)",
        ),
        (MemoryError(), "unexpected error (MemoryError in batch.py, line LINE)"),
    ],
)
def test_bad_file_is_told_and_the_others_are_treated(
    files: list[str], capsys: pytest.CaptureFixture[str], error: Exception, reason: str
) -> None:
    treated: list[str] = []

    def step(path: Path) -> None:
        if path.stem == "b":
            raise error
        treated.append(path.stem)

    assert run_batch(files, step, nothing_done) == 1
    said = capsys.readouterr()
    assert treated == ["a", "c"]
    told = re.sub(r"line \d+\); please report it$", "line LINE)", said.err.rstrip())
    assert told.splitlines()[-2:] == ["2 done; 1 failed.", f"Failed: {files[1]}: {reason}"]
    assert not said.out


def test_all_well_is_status_zero_with_a_line_per_file(
    files: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_batch(files, lambda path: None, nothing_done) == 0
    assert [line.split("] ")[0] for line in capsys.readouterr().err.splitlines()[:-1]] == [
        "[1/3",
        "[2/3",
        "[3/3",
    ]


def test_terminal_shows_one_line_that_changes(
    files: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    run_batch(files, lambda path: None, nothing_done)
    said = capsys.readouterr().err
    assert said.count("\n") == 1  # the summary
    assert "[3/3, 0:00 left]" in said


def test_done_files_are_skipped(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    treated: list[Path] = []
    assert run_batch(files, treated.append, lambda path: path.stem != "c") == 0
    assert [path.stem for path in treated] == ["c"]
    assert "1 done; 2 done before." in capsys.readouterr().err


def test_table_that_is_no_ecg_is_left_out_of_a_folder_but_fails_when_named(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def step(path: Path) -> None:
        raise UnsupportedFormatError("no ECG")

    assert run_batch([str(tmp_path)], step, nothing_done) == 0
    assert f"Left out, no ECG: {files[0]}" in capsys.readouterr().err
    assert run_batch(files, step, nothing_done) == 1
