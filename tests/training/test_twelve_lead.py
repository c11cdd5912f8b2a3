from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ecg_core.errors import ECGError
from ecg_core.evaluation.twelve_lead import read_table, score
from ecg_core.models.twelve_lead import build_twelve_lead
from ecg_core.models.twelve_lead.measured import MeasuredModel
from ecg_core.training import measured_model
from ecg_core.training.twelve_lead import HELD_OUT, train_twelve_lead
from ecg_core.training.twelve_lead_batches import Alterations, TwelveLeadExamples
from ecg_core.training.twelve_lead_calibration import calibrate_age, calibrate_findings
from ecg_core.training.twelve_lead_judge import judge, record_results
from ecg_core.training.twelve_lead_loop import Schedule, answers, fit, rate_share
from ecg_core.training.twelve_lead_recipes import TwelveLeadRecipe, twelve_lead_recipe
from ecg_core.twelve_lead.checkpoint import load_twelve_lead
from tests.training.made_up_twelve_lead import made_up_prepared


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few trees."""
    for growth in ("_FINDING_GROWTH", "_AGE_GROWTH"):
        monkeypatch.setattr(measured_model, growth, {**getattr(measured_model, growth), "max_iter": 10})


def two_groups(name: str) -> TwelveLeadRecipe:
    return replace(twelve_lead_recipe(name), held_out=((1, 2, 3), (8, 9)))


def test_what_stands_in_facts_and_beats_is_learned_and_fold_10_is_not_looked_at(
    quick: None, tmp_path: Path
) -> None:
    prepared = made_up_prepared()
    prepared.findings[prepared.fold == 10] = np.nan
    prepared.age_years[prepared.fold == 10] = np.nan
    out = tmp_path / "made_up"
    checkpoint = train_twelve_lead(
        two_groups("measured"), ("findings", "age"), prepared, out, tmp_path / "runs", 0, lambda _: None
    )
    whole = made_up_prepared()
    scores = record_results(checkpoint, judge(checkpoint, whole.where(whole.fold == 10)), "made up")
    assert scores.n_records == 18
    assert scores.auroc["STACH"].value > 0.95
    assert scores.auroc["CLBBB"].value > 0.95
    assert scores.age_r > 0.9
    again = load_twelve_lead(out)
    assert again.card.results["dataset"] == "made up"
    assert again.card.trained_on["n_records"] == 162
    assert score(read_table(out / HELD_OUT), 2).n_records == 90  # the five folds that were held out


def test_of_very_many_records_the_kernel_machine_keeps_some(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measured_model, "MOST_COMPARED", 40)
    prepared = made_up_prepared(100)
    examples = TwelveLeadExamples.of(prepared, True, torch.device("cpu"))
    model = measured_model.fit_measured(MeasuredModel(12), examples, np.arange(100), False, seed=0)
    assert model.kernel.weights.shape == (40, 7)
    rank = np.corrcoef(answers(model, examples, np.arange(100))[:, 6], prepared.age_years)[0, 1]
    assert rank > 0.8


def test_a_few_leads_still_tell(quick: None, tmp_path: Path) -> None:
    prepared = made_up_prepared()
    out = tmp_path / "few"
    recipe = two_groups("few_leads")
    train_twelve_lead(recipe, ("findings", "age"), prepared, out, tmp_path / "runs", 0, lambda _: None)
    assert score(read_table(out / HELD_OUT), 2).auroc["STACH"].value > 0.9


def test_a_network_is_trained_and_says_what_it_was_trained_for(quick: None, tmp_path: Path) -> None:
    out, said = tmp_path / "ml", []
    one_epoch = Schedule(epochs=1, learning_rate=1e-3, batch_size=32)
    recipe = replace(twelve_lead_recipe("ml_resnet"), schedule=one_epoch)
    train_twelve_lead(recipe, ("age",), made_up_prepared(), out, tmp_path / "runs", 0, said.append)
    assert any("epoch 1" in words for words in said)
    assert load_twelve_lead(out).card.tasks == ("age",)


def test_training_goes_on_where_it_stopped(tmp_path: Path) -> None:
    examples = TwelveLeadExamples.of(made_up_prepared(100), False, torch.device("cpu"))
    rows, schedule = np.arange(100), Schedule(epochs=2, learning_rate=1e-3, batch_size=50)

    class StopError(Exception):
        pass

    def stop(_: str) -> None:
        raise StopError

    def trained(state: Path, report: Callable[[str], None]) -> np.ndarray:
        torch.manual_seed(0)
        model = build_twelve_lead("ml_resnet", 12)
        fit(model, examples, rows, schedule, ("age",), state, 0, report)
        return answers(model, examples, rows)

    at_once = trained(tmp_path / "at_once.safetensors", lambda _: None)
    with pytest.raises(StopError):
        trained(tmp_path / "stopped.safetensors", stop)
    said: list[str] = []
    resumed = trained(tmp_path / "stopped.safetensors", said.append)
    assert len(said) == 1
    assert resumed == pytest.approx(at_once, abs=1e-4)


def test_unknown_recipes_and_too_few_records_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ECGError, match="Choose one of measured"):
        twelve_lead_recipe("no_such_recipe")
    recipe = twelve_lead_recipe("measured")
    with pytest.raises(ECGError, match="only"):
        train_twelve_lead(recipe, ("age",), made_up_prepared(20), tmp_path / "x", tmp_path, 0, lambda _: None)


def test_alterations_change_signals_but_no_plain_label() -> None:
    examples = TwelveLeadExamples.of(made_up_prepared(64), True, torch.device("cpu"))
    rows = np.arange(64)
    how = Alterations(mixup_alpha=0.0, lead_drop_share=1.0)
    altered = examples.altered(rows, how, torch.Generator().manual_seed(0))
    plain = examples.plain(rows)
    assert torch.equal(altered.target, plain.target)
    assert torch.equal(altered.known, plain.known)
    assert not torch.equal(altered.inputs[0], plain.inputs[0])
    n_leads = altered.inputs[1].sum(1)
    assert n_leads.min() >= 1
    assert n_leads.max() < 13
    assert n_leads.float().mean() < 11


def test_the_rate_rises_then_falls_to_nothing() -> None:
    shares = [rate_share(step / 100) for step in range(101)]
    assert max(shares) == pytest.approx(1.0, abs=0.01)
    assert shares.index(max(shares)) == 20
    assert shares[-1] == pytest.approx(0.0, abs=1e-6)


def test_calibrated_probabilities_have_the_share_of_the_records() -> None:
    rng = np.random.default_rng(0)
    findings = (rng.random((4000, 6)) < 0.1).astype(np.float32)
    findings[:, 1] = 0  # nobody has it
    outputs = np.zeros((4000, 12))
    outputs[:, :6] = 3 * findings + rng.normal(0, 1, (4000, 6)) + 5  # a logit that is far too high
    calibration = calibrate_findings(outputs, findings)
    for column, code in enumerate(calibration):
        if column != 1:
            probability = calibration[code].probability(outputs[:, column])
            assert probability.mean() == pytest.approx(findings[:, column].mean(), abs=0.005)
            assert 0.2 < calibration[code].threshold < 0.8
    assert (calibration["CRBBB"].slope, calibration["CRBBB"].threshold) == (1.0, 0.5)


def test_nine_of_ten_ages_lie_within_the_interval() -> None:
    rng = np.random.default_rng(0)
    age = rng.uniform(20, 90, 2000).astype(np.float32)
    outputs = np.zeros((2000, 12))
    outputs[:, 6] = (age - 60) / 17 + rng.normal(0, 0.5, 2000)
    calibration = calibrate_age(outputs, age)
    rest = age - calibration.years(outputs[:, 6])
    inside = (calibration.low_years <= rest) & (rest <= calibration.high_years)
    assert inside.mean() == pytest.approx(0.9, abs=0.005)
