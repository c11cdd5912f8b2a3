from dataclasses import replace
from pathlib import Path

import pytest

from ecg_core.cli.main import main
from ecg_core.inference.card import Card, EvaluationResult
from ecg_core.training.recipes import RECIPES
from ecg_core.training.site_training import SiteTraining
from tests.cli.conftest import untrained_card
from tests.datasets.site_folders import write_site

RESULT = EvaluationResult("test part", False, 40, 40, 0.61, 0.72, 0.8, 0.5, 0.85, 0.83, 0.88, 0.9)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was asked for; nothing is trained."""
    asked: list[object] = []

    def note(name: str) -> object:
        def method(training: SiteTraining, *arguments: object) -> Card:
            asked.extend([name, training.out.name, training.seed, *arguments])
            return replace(untrained_card("dcrnn", 1), results=(RESULT,))

        return method

    for name in ("fine_tune", "recalibrate", "learn_anew"):
        monkeypatch.setattr(SiteTraining, name, note(name))
    return asked


def train(site: Path, *options: str) -> int:
    return main(["train", "dcrnn", "--manifest", str(site), "--out", str(site.parent / "own"), *options])


def test_a_start_means_fine_tuning(
    tmp_path: Path, checkpoints: Path, done: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        train(write_site(tmp_path), "--from", str(checkpoints / "dcrnn"), "--layers", "last", "--seed", "7")
        == 0
    )
    name, out, seed, start, layers = done
    assert (name, out, seed, layers) == ("fine_tune", "own", 7, "last")
    assert start.card.name == "dcrnn"  # type: ignore[attr-defined]
    said = capsys.readouterr().out
    assert said.startswith("4 ECGs of 3 patients")
    assert "mean absolute error 0.61 mEq/L on 40 real ECGs (always the mean: 0.72)" in said
    assert "0.85 for hyperkalemia and 0.83 for hypokalemia, 88% inside the interval" in said


def test_no_layers_mean_recalibration_and_no_start_learning_anew(
    tmp_path: Path, checkpoints: Path, done: list[object]
) -> None:
    site = write_site(tmp_path)
    assert train(site, "--from", str(checkpoints / "dcrnn"), "--layers", "none") == 0
    assert done[0] == "recalibrate"
    done.clear()
    assert train(site) == 0
    assert done == ["learn_anew", "own", 0, "dcrnn"]


def test_options_that_do_not_fit_are_told(
    tmp_path: Path, checkpoints: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = write_site(tmp_path)
    assert train(site, "--from", str(checkpoints / "ecg12net")) == 1
    assert "holds the model ecg12net, not dcrnn; write train ecg12net" in capsys.readouterr().err
    assert train(site, "--from", str(site.parent / "own")) == 1
    assert "--out is the folder of --from" in capsys.readouterr().err
    assert main(["train", "gpt", "--manifest", str(site), "--out", "x"]) == 1
    assert ", ".join(RECIPES) in capsys.readouterr().err


def test_too_few_labels_are_told_in_words(
    tmp_path: Path, checkpoints: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(write_site(tmp_path), "--from", str(checkpoints / "dcrnn"), "--layers", "none") == 1
    assert "There are too few labels: the test part has" in capsys.readouterr().err


def test_one_source_of_ecgs_must_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for sources in ([], ["--manifest", "m.csv", "--base-ecgs", "ptbxl"]):
        with pytest.raises(SystemExit) as stopped:
            main(["train", "dcrnn", "--out", str(tmp_path), *sources])
        assert stopped.value.code == 2
