import math
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

from ecg_core.errors import TrainingError
from ecg_core.training.batches import ArrayBatches, Batch
from ecg_core.training.loop import Epoch, Stage, loss_curve, mean_loss, run_stage
from tests.training.tiny_training import TinyNet, tiny_net


def squared(model: nn.Module, inputs: torch.Tensor, k_meq_l: torch.Tensor) -> torch.Tensor:
    return functional.mse_loss(model(inputs), k_meq_l)


STAGE = Stage("tiny", squared, learning_rate=0.02, batch_size=8, epochs=6, patience=6)


def noisy_potassium(n: int, seed: int) -> ArrayBatches:
    rng = np.random.default_rng(seed)
    k_meq_l = rng.uniform(2.0, 9.5, n).astype(np.float32)
    inputs = (k_meq_l[:, None, None] - 5) * rng.normal(0.3, 0.3, (n, 1, 16))
    return ArrayBatches(inputs, k_meq_l, seed)


TRAIN, VALIDATION = noisy_potassium(48, 1), noisy_potassium(24, 2)


class ScriptedLosses:
    """Stands in for the validation data; the loss below reads the next validation loss from its batches."""

    def __init__(self, *losses: float) -> None:
        self.losses = iter(losses)

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        yield torch.full((2, 1, 16), next(self.losses)), torch.zeros(2)


def scripted(model: nn.Module, inputs: torch.Tensor, k_meq_l: torch.Tensor) -> torch.Tensor:
    return squared(model, inputs, k_meq_l) if model.training else inputs.mean()


def run(stage: Stage, model: nn.Module, folder: Path, validation: object = VALIDATION) -> list[Epoch]:
    return run_stage(stage, model, TRAIN, validation, folder, lambda epoch: None)


def run_scripted(tmp_path: Path, *losses: float, **stage: object) -> list[Epoch]:
    settings = {"loss": scripted, "epochs": len(losses), "patience": 99} | stage
    return run(replace(STAGE, **settings), TinyNet(), tmp_path, ScriptedLosses(*losses))


def weights_of(model: nn.Module) -> dict[str, torch.Tensor]:
    return {key: value.clone() for key, value in model.state_dict().items()}


def without_time(history: list[Epoch]) -> list[dict[str, object]]:
    return [asdict(epoch) | {"seconds": None} for epoch in history]


def test_training_learns_and_reports_every_epoch(tmp_path: Path) -> None:
    model, reported = tiny_net(), []
    before = mean_loss(model, squared, VALIDATION, 8)
    history = run_stage(replace(STAGE, epochs=20), model, TRAIN, VALIDATION, tmp_path, reported.append)
    assert reported == history
    assert [epoch.epoch for epoch in history] == list(range(1, 21))
    assert mean_loss(model, squared, VALIDATION, 8) < 0.5 * before


@pytest.mark.parametrize("plateau", [False, True])
def test_an_interrupted_run_ends_as_the_uninterrupted_one(tmp_path: Path, plateau: bool) -> None:
    stage = replace(STAGE, plateau=plateau, anneal=not plateau)

    def start(folder: str, stop_after: int) -> tuple[list[Epoch], TinyNet]:
        model = tiny_net()

        def report(epoch: Epoch) -> None:
            if epoch.epoch == stop_after:
                raise KeyboardInterrupt

        return run_stage(stage, model, TRAIN, VALIDATION, tmp_path / folder, report), model

    expected, expected_model = start("whole", stop_after=0)
    for stop_after in (2, 3):
        with pytest.raises(KeyboardInterrupt):
            start("interrupted", stop_after)
    history, model = start("interrupted", stop_after=0)

    assert without_time(history) == without_time(expected)
    for key, value in expected_model.state_dict().items():
        assert torch.equal(model.state_dict()[key], value), key


def test_a_finished_run_is_not_trained_again(tmp_path: Path) -> None:
    first, again = tiny_net(), TinyNet()
    history = run(STAGE, first, tmp_path)
    assert run(STAGE, again, tmp_path) == history
    assert not again.training
    for key, value in first.state_dict().items():
        assert torch.equal(again.state_dict()[key], value), key


def test_the_best_weights_are_kept_not_the_last(tmp_path: Path) -> None:
    model, seen = tiny_net(), []
    stage = replace(STAGE, loss=scripted, epochs=4)
    validation = ScriptedLosses(3.0, 1.0, 2.0, 1.5)
    run_stage(stage, model, TRAIN, validation, tmp_path, lambda epoch: seen.append(weights_of(model)))
    stored = load_file(tmp_path / "tiny-best.safetensors")
    for key, value in model.state_dict().items():
        assert torch.equal(value, seen[1][key]) and torch.equal(stored[key], value)
    assert not torch.equal(seen[1]["layers.1.weight"], seen[3]["layers.1.weight"])


def test_patience_counts_from_the_best_epoch(tmp_path: Path) -> None:
    history = run_scripted(tmp_path, 5.0, 4.0, 4.0, 4.5, 3.9, 4.0, 4.0, 4.0, 1.0, patience=3)
    assert len(history) == 8  # the best is the fifth; 4.0 again was no improvement, yet only two in a row


def test_the_plateau_halves_the_rate_after_three_epochs_without_improvement(tmp_path: Path) -> None:
    losses = (5.0, 6.0, 6.0, 6.0, 4.0, 4.5, 4.5, 4.5, 4.5)
    rates = [epoch.learning_rate for epoch in run_scripted(tmp_path, *losses, plateau=True)]
    assert rates == pytest.approx([0.02] * 4 + [0.01] * 4 + [0.005])


def test_annealing_falls_along_a_cosine(tmp_path: Path) -> None:
    rates = [epoch.learning_rate for epoch in run_scripted(tmp_path, *[1.0] * 4, anneal=True)]
    assert rates == pytest.approx(
        [0.02 * (1 + math.cos(math.pi * part)) / 2 for part in (0, 0.25, 0.5, 0.75)]
    )


def test_a_constant_rate_stays(tmp_path: Path) -> None:
    assert {epoch.learning_rate for epoch in run_scripted(tmp_path, 1.0, 2.0, 2.0, 2.0, 2.0)} == {0.02}


def test_a_diverged_training_says_so(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="tiny: the loss of epoch 2 is not a number"):
        run_scripted(tmp_path, 1.0, float("nan"), 1.0)


def test_clipping_bounds_the_step(tmp_path: Path) -> None:
    model, stepped = tiny_net(), []
    model.layers[1].weight.register_hook(lambda gradient: 100 * gradient)
    optimizer_step = torch.optim.Adam.step

    def step(self: torch.optim.Adam, *arguments: object) -> None:
        gradients = [p.grad for group in self.param_groups for p in group["params"]]
        stepped.append(float(torch.cat([gradient.flatten() for gradient in gradients]).norm()))
        optimizer_step(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.Adam, "step", step)
        run(replace(STAGE, epochs=1, clip_norm=1.0), model, tmp_path)
    assert stepped == pytest.approx([1.0] * 6, rel=1e-3)


def test_the_loss_is_averaged_over_examples_in_evaluation_mode() -> None:
    model = tiny_net()
    losses = [mean_loss(model, squared, VALIDATION, size) for size in (24, 24, 8, 5)]
    assert not model.training and losses[0] == losses[1]
    assert max(losses) == pytest.approx(min(losses), rel=0.01)


def test_loss_curve_has_a_row_per_epoch(tmp_path: Path) -> None:
    table = loss_curve(run(STAGE, tiny_net(), tmp_path))
    columns = ["stage", "epoch", "train_loss", "val_loss", "learning_rate", "seconds"]
    assert list(table.columns) == columns
    assert list(table["epoch"]) == [1, 2, 3, 4, 5, 6] and set(table["stage"]) == {"tiny"}
    assert np.isfinite(table[columns[1:]].to_numpy(float)).all()
