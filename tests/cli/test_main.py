import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ecg_core.cli.main import main
from ecg_core.datasets.simulated_sources import SimulatedSources
from ecg_core.inference.card import Card, EvaluationResult
from ecg_core.training.recipes import RECIPES
from ecg_core.training.train_checkpoint import Workplace
from tests.cli.conftest import untrained_card

COMMANDS = (
    "annotate",
    "digitize",
    "predict",
    "evaluate",
    "train",
    "train-page",
    "calibrate",
    "manifest",
    "simulate",
    "render",
)


def test_help_names_every_command_without_loading_heavy_libraries() -> None:
    program = (
        "import sys; from ecg_core.cli.main import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print(sorted({'torch', 'numpy', 'pandas'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert all(command in said for command in COMMANDS)
    assert said.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert f"Example: python -m ecg_core {command}" in " ".join(capsys.readouterr().out.split())


def test_wrong_usage_is_status_two() -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["predict", "a.hea"])
    assert stopped.value.code == 2


def test_train_lists_the_models_it_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "gpt", "--base-ecgs", str(tmp_path), "--out", str(tmp_path / "x")]) == 1
    said = capsys.readouterr().err
    assert ", ".join(RECIPES) in said and "findings" in said and "restoration" in said


@pytest.mark.parametrize(
    "option",
    [
        "--workers=0",
        "--epochs=0",
        "--patience=-1",
        "--search=0.5",
        "--learning-rate=0",
        "--learning-rate=fast",
    ],
)
def test_numbers_of_a_training_that_cannot_be_are_refused_at_once(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["train", "dcrnn", "--base-ecgs", str(tmp_path), "--out", str(tmp_path / "x"), option])
    assert stopped.value.code == 2
    assert "above zero" in capsys.readouterr().err


def test_train_page_lists_the_networks_it_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train-page", "gpt", "--out", str(tmp_path)]) == 1
    assert "trace-ink, printed-text" in capsys.readouterr().err


def test_train_page_asks_for_the_ecgs_to_print(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train-page", "trace-ink", "--out", str(tmp_path)]) == 1
    assert "--base-ecgs" in capsys.readouterr().err


def test_train_says_what_is_missing_from_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = {"--base-ecgs": "empty", "--out": "out", "--cache": "cache", "--runs": "runs"}
    arguments = [word for option, name in folders.items() for word in (option, str(tmp_path / name))]
    assert main(["train", "dcrnn", *arguments]) == 1
    assert "ptbxl_database.csv" in capsys.readouterr().err


def test_train_hands_on_its_arguments_and_tells_the_result(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = EvaluationResult("test set", True, 30, 120, 0.61, 1.5, 0.8, 0.9, 0.95, 0.93, 0.88, 0.9)
    given: list[object] = []

    def train(*arguments: object) -> Card:
        given.extend(arguments)
        arguments[5]("epoch 1")  # type: ignore[operator]
        return replace(untrained_card("dcrnn", 1), results=(result,))

    monkeypatch.setattr("ecg_core.cli.train.train_checkpoint", train)
    command = (
        "train dcrnn --base-ecgs base --ludb ludb --out out --cache cache --runs runs --seed 7 --data-seed 1"
        " --workers 3 --without-source ludb"
    )
    assert main(command.split()) == 0
    sources = SimulatedSources(Path("base"), None, Path("ludb"), seed=1, workers=3)
    workplace = Workplace(Path("cache"), Path("runs"))
    assert given[:5] == [RECIPES["dcrnn"], sources, Path("out"), workplace, 7]
    assert given[6] == "LUDB"
    said = capsys.readouterr().out
    assert said.startswith("epoch 1\n")
    assert "0.61 mEq/L on 120 SIMULATED ECGs (always the mean: 1.50)" in said


def test_interruption_is_told_plainly(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(path: Path, **facts: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ecg_core.cli.opening.open_ecg", interrupted)
    (tmp_path / "a.csv").touch()
    assert main(["annotate", str(tmp_path / "a.csv"), "--out", str(tmp_path)]) == 130
    assert "Interrupted" in capsys.readouterr().err
