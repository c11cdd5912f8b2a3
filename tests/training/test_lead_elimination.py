"""Lead elimination on made-up beats of which one lead alone tells the findings and another the age."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.torch import load_file

from ecg_core.cli.main import main
from ecg_core.datasets.twelve_lead import PreparedTwelveLead
from ecg_core.evaluation.lead_elimination import lead_mask, read_curves
from ecg_core.figures.lead_elimination import lead_elimination_figure
from ecg_core.leads import STANDARD_LEADS
from ecg_core.training import lead_elimination, lead_features
from ecg_core.training.lead_elimination import Group, score_of, write_curves
from ecg_core.training.lead_features import rhythm_features
from ecg_core.twelve_lead.facts import FACTS
from tests.datasets.labelled_ptbxl import write_labelled_ptbxl

N = 60


def made_up(fold: int | None) -> PreparedTwelveLead:
    """V3's beat is high where all six findings are there, V6's grows with age; all else is noise. `fold` None: folds 1 to 9."""
    rng = np.random.default_rng(fold or 0)
    finding = np.repeat(rng.random((N, 1)) < 0.4, 6, axis=1)
    age = rng.uniform(30, 90, N)
    beat = rng.normal(0, 300, (N, 12, 100))
    beat[:, STANDARD_LEADS.index("V3"), 40:60] += 900 * finding[:, :1]
    beat[:, STANDARD_LEADS.index("V6")] *= (age / 60)[:, None]
    names = np.array([f"{fold}-{i}" for i in range(N)])
    return PreparedTwelveLead(
        signal=np.zeros((N, 12, 1), np.int16),
        mask=np.ones((N, 12), bool),
        beat=beat.astype(np.int16),
        facts=rng.normal(size=(N, len(FACTS))).astype(np.float32),
        findings=finding.astype(np.float32),
        superclasses=np.full((N, 5), np.nan, np.float32),
        age_years=age.astype(np.float32),
        female=np.zeros(N, np.float32),
        fold=np.arange(N) % 9 + 1 if fold is None else np.full(N, fold),
        record_id=names,
        patient_id=names,
        source=np.full(N, "PTB-XL"),
    )


def quiet(words: str) -> None:
    assert words


@pytest.fixture(scope="module", autouse=True)
def small_batches() -> Iterator[None]:
    """Some steps in each of a few epochs, though there are few ECGs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lead_features, "_SCHEDULE", replace(lead_features._SCHEDULE, epochs=8, batch_size=16))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("elimination")
    write_curves(made_up(None), made_up(10), root / "out", root / "runs", 0, quiet)
    return root


def test_the_lead_that_tells_stays_to_the_end(folder: Path) -> None:
    curves = read_curves(folder / "out").set_index(["task", "n_leads"])
    assert curves.loc[("findings", 1), "leads"] == "V3"
    assert curves.loc[("age", 1), "leads"] == "V6"
    assert curves.loc[("findings", 1), "value"] > 0.8  # chance is 0.4
    assert curves.loc[("age", 1), "value"] < 12  # always the mean: 15
    assert (curves["low"] <= curves["value"]).all() and (curves["value"] <= curves["high"]).all()
    assert (curves["n"] == N).all()


def test_fold_10_decides_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lead_elimination, "TASKS", ("age",))
    other_truth = made_up(10)
    other_truth.age_years[:] = other_truth.age_years[::-1].copy()
    for state in (folder / "runs").glob("*.safetensors"):
        shutil.copy(state, tmp_path)
    curves = write_curves(made_up(None), other_truth, tmp_path / "out", tmp_path, 0, quiet)
    before = read_curves(folder / "out").query("task == 'age'").reset_index(drop=True)
    pd.testing.assert_series_equal(curves["dropped"], before["dropped"])
    np.testing.assert_allclose(curves["selection"], before["selection"])
    assert not np.allclose(curves["value"], before["value"])


def test_what_is_done_is_not_done_again(folder: Path) -> None:
    said: list[str] = []
    again = write_curves(made_up(None), made_up(10), folder / "again", folder / "runs", 0, said.append)
    assert said == []
    pd.testing.assert_frame_equal(again, read_curves(folder / "out"))


def test_the_command_line_prints_the_curves(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "lead-elimination", str(folder / "out")]) == 0
    said = capsys.readouterr().out
    assert "I, II, V1-V6" in said and "mean absolute error in years" in said


@pytest.mark.parametrize("task", ["findings", "age"])
def test_the_figure_shows_band_curve_and_what_was_dropped(folder: Path, task: str) -> None:
    curves = read_curves(folder / "out")
    curve = curves[curves["task"] == task]
    fig = lead_elimination_figure(curve, dark=False)
    band, line, chosen = fig.data
    assert list(line.x) == [8, 7, 6, 5, 4, 3, 2, 1]
    np.testing.assert_allclose(line.y, curve["value"])
    assert fig.layout.xaxis.ticktext[:2] == ("8<br>all", f"7<br>\u2212{curve['dropped'].iloc[0]}")
    assert max(band.y) == pytest.approx(curve["high"].max())
    np.testing.assert_allclose(chosen.y, curve["selection"])


def test_every_round_is_trained_anew_on_its_leads_alone(folder: Path) -> None:
    """One state for each set of leads and group of folds; rounds of two tasks that have the same leads share theirs."""
    curves = read_curves(folder / "out")
    sets = {leads.replace(", ", "-") for leads in curves["leads"]}
    states = {path.stem for path in (folder / "runs").glob("*.safetensors")}
    assert states == {f"{leads}-without-{group}" for leads in sets for group in (0, 1)}
    networks = [load_file(folder / "runs" / f"{state}.safetensors") for state in sorted(states)]
    first = [tuple(network["model.of_leads.blocks.0.skip.weight"].flatten().tolist()) for network in networks]
    assert len(set(first)) == len(first)


def test_the_same_seed_learns_the_same(tmp_path: Path) -> None:
    prepared = made_up(None)
    features = [
        Group(0, prepared, tmp_path / name, 3, quiet).learn(("I", "V3")) for name in ("first", "again")
    ]
    np.testing.assert_array_equal(features[0].of_leads, features[1].of_leads)
    other = Group(0, prepared, tmp_path / "other", 4, quiet).learn(("I", "V3"))
    assert not np.allclose(features[0].of_leads, other.of_leads)


def test_absent_leads_say_nothing(tmp_path: Path) -> None:
    """Whatever stands in them changes neither what is learned nor what is answered."""
    prepared, other = made_up(None), made_up(None)
    absent = ~lead_mask(("I", "V3"))
    other.beat[:, absent] = 1000
    learned = [
        Group(0, each, tmp_path / str(number), 0, quiet).learn(("I", "V3"))
        for number, each in enumerate((prepared, other))
    ]
    np.testing.assert_array_equal(learned[0].of_leads, learned[1].of_leads)
    assert not learned[0].of_leads[:, absent].any()
    assert learned[0].columns(("I", "V3")).shape == (N, 2 * 16 + 18)


def test_rhythm_is_scaled_by_what_is_learned_from_and_unknown_facts_are_usual() -> None:
    facts = np.random.default_rng(0).normal(50, 10, (30, len(FACTS))).astype(np.float32)
    learns = np.arange(30) < 20
    facts[25:] = 1e6
    facts[3] = np.nan
    rhythm = rhythm_features(facts, learns)
    assert rhythm.shape == (30, 18) and not rhythm[3].any()
    np.testing.assert_allclose(rhythm[25:, :6], 4.0)
    assert abs(np.median(rhythm[:20, :6])) < 0.2


def test_scores_are_those_of_known_truths() -> None:
    prepared = made_up(10)
    prepared.age_years[:20] = np.nan
    error, n = score_of("age", prepared, (prepared.age_years + 3)[:, None])
    assert n == N - 20 and error(np.ones(n)) == pytest.approx(3)
    perfect, n = score_of("findings", prepared, prepared.findings.astype(float))
    assert n == N and perfect(np.ones(n)) == pytest.approx(1)


def test_the_command_line_reads_ptb_xl_as_physionet_ships_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its four records are too few, and the message says so; they were annotated before."""
    root = write_labelled_ptbxl(tmp_path / "ptb-xl")
    out, runs = tmp_path / "out", tmp_path / "runs"
    told = main(
        ["train", "lead-elimination", "--base-ecgs", str(root), "--out", str(out), "--runs", str(runs)]
    )
    assert told == 1 and "too few ECGs outside fold 10" in capsys.readouterr().err
    assert len(list((runs / "twelve-lead-prepared").rglob("part-*.npz"))) == 2
