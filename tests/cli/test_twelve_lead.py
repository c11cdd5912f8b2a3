from dataclasses import replace
from pathlib import Path

import pytest

from ecg_core.cli.main import main
from ecg_core.training import twelve_lead, twelve_lead_recipes
from ecg_core.training.twelve_lead_loop import Schedule
from ecg_core.training.twelve_lead_recipes import RECIPES
from ecg_core.twelve_lead.checkpoint import load_twelve_lead
from tests.datasets.labelled_ptbxl import write_labelled_ptbxl


@pytest.fixture
def ptbxl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three records to learn from and one of fold 10, in exactly PhysioNet's layout."""
    schedule = Schedule(epochs=1, learning_rate=1e-3, batch_size=2)
    recipe = replace(RECIPES["ml_resnet"], held_out=((2,),), schedule=schedule)
    monkeypatch.setattr(twelve_lead_recipes, "RECIPES", {"ml_resnet": recipe})
    monkeypatch.setattr(twelve_lead, "MIN_RECORDS", 2)
    return write_labelled_ptbxl(tmp_path / "ptbxl")


@pytest.mark.parametrize(
    ("model", "tasks", "said"),
    [
        ("findings", ("findings",), "AUPRC"),
        ("age", ("age",), "mean absolute error"),
        ("twelve-lead", ("findings", "age"), "mean absolute error"),
    ],
    ids=["findings", "age", "both"],
)
def test_a_ptbxl_folder_gives_a_judged_checkpoint(
    ptbxl: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    model: str,
    tasks: tuple[str, ...],
    said: str,
) -> None:
    out, runs = tmp_path / "made", tmp_path / "runs"
    options = ["--base-ecgs", str(ptbxl), "--out", str(out), "--runs", str(runs), "--recipe", "ml_resnet"]
    assert main(["train", model, *options]) == 0
    card = load_twelve_lead(out).card
    assert card.tasks == tasks
    assert card.results["n_records"] == 1
    assert said in capsys.readouterr().out
    assert main(["evaluate", tasks[0], str(out)]) == 0
    kept = capsys.readouterr().out
    assert main(["evaluate", tasks[0], str(out), "--root", str(ptbxl), "--runs", str(runs)]) == 0
    assert capsys.readouterr().out == kept
    assert "on PTB-XL fold 10: 1 records" in kept


@pytest.mark.parametrize("model", ["findings", "restoration", "lead-elimination", "delineator"])
def test_a_manifest_of_potassium_is_of_no_use_to_other_models(
    model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--manifest", str(tmp_path / "site.csv"), "--out", str(tmp_path / "made")]
    assert main(["train", model, *options]) == 1
    assert f"train {model} takes no --manifest, which is for models of potassium" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("call", "flags"),
    [
        (["evaluate", "findings", "--manifest", "site.csv"], "--manifest"),
        (["evaluate", "age", "--table", "mine.csv"], "--table"),
        (
            ["train", "age", "--base-ecgs", "ptb-xl", "--out", "x", "--epochs", "3", "--augment"],
            "--epochs, --augment",
        ),
        (["train", "dcrnn", "--manifest", "site.csv", "--out", "x", "--loss", "mse"], "--loss"),
    ],
    ids=["manifest", "table", "recipe", "site"],
)
def test_options_that_would_not_be_looked_at_are_refused(
    call: list[str], flags: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(call) == 1
    assert f"takes no {flags}, which" in capsys.readouterr().err


def test_an_unknown_recipe_is_named_before_any_ecg_is_read(
    ptbxl: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    options = ["--base-ecgs", str(ptbxl), "--out", str(tmp_path / "made"), "--runs", str(runs)]
    assert main(["train", "age", *options, "--recipe", "no_such"]) == 1
    assert "Choose one of ml_resnet" in capsys.readouterr().err
    assert not runs.exists()


def test_a_folder_without_a_checkpoint_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "age", str(tmp_path)]) == 1
    assert "card.json" in capsys.readouterr().err
