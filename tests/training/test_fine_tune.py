from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from ecg_core.errors import ECGError
from ecg_core.models import build
from ecg_core.training import fine_tune as module
from ecg_core.training.batches import ArrayBatches
from ecg_core.training.fine_tune import AsInUse, fine_tune
from tests.training.tiny_training import tiny_net


class Named(nn.Module):
    """A tiny network whose last layer is called as those of the bundled ones."""

    def __init__(self) -> None:
        super().__init__()
        self.features = tiny_net().layers[:-1]
        self.output = nn.Linear(8, 1)
        nn.init.constant_(self.output.bias, 4.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.output(self.features(x)).squeeze(1)


@pytest.fixture
def network() -> Named:
    torch.manual_seed(1)
    return Named().eval()


def batches(n: int, seed: int, shift: float = 0.0) -> ArrayBatches:
    rng = np.random.default_rng(seed)
    k_meq_l = rng.uniform(2.0, 9.5, n).astype(np.float32)
    inputs = (k_meq_l[:, None, None] - 5) * rng.normal(0.3, 0.1, (n, 1, 16))
    return ArrayBatches(inputs.astype(np.float32), k_meq_l + np.float32(shift), seed)


def state(network: nn.Module) -> dict[str, torch.Tensor]:
    return {key: value.clone() for key, value in network.state_dict().items()}


@pytest.mark.parametrize(
    ("layers", "changed"),
    [("last", {"output.weight", "output.bias"}), ("all", None)],
    ids=["last", "all"],
)
def test_only_the_layers_asked_for_change_and_batch_statistics_never(
    network: Named, layers: str, changed: set[str] | None, tmp_path: Path
) -> None:
    before = state(network)
    tuning = fine_tune(network, batches(64, 1), batches(32, 2), layers, tmp_path, lambda epoch: None)
    after = state(network)
    different = {key for key, value in before.items() if not torch.equal(value, after[key])}
    statistics = {key for key in before if "running" in key or "tracked" in key}
    assert different == (set(before) - statistics if changed is None else changed)
    assert tuning.improved and tuning.history[-1].val_loss < tuning.history[0].val_loss
    assert all(parameter.requires_grad for parameter in network.parameters())


def test_what_does_not_help_is_not_kept(network: Named, tmp_path: Path) -> None:
    """What training says (6 mEq/L too much) is wrong for the validation part, so every step makes it worse."""
    calm = batches(32, 2)
    calm.k_meq_l = np.full(32, 4.0, np.float32)
    calm.inputs = np.zeros((32, 1, 16), np.float32)
    with torch.no_grad():
        network.output.bias += 4.0 - network(torch.zeros(2, 1, 16))[0]
    before = state(network)
    tuning = fine_tune(network, batches(64, 1, shift=6.0), calm, "last", tmp_path, lambda epoch: None)
    assert not tuning.improved
    for key, value in state(network).items():
        assert torch.equal(value, before[key]), key


def test_an_interrupted_call_goes_on_where_it_stopped(tmp_path: Path) -> None:
    def tune(folder: str, stop_after: int = 0) -> dict[str, torch.Tensor]:
        torch.manual_seed(1)
        network = Named().eval()

        def report(epoch: object) -> None:
            if epoch.epoch == stop_after:  # type: ignore[attr-defined]
                raise KeyboardInterrupt

        fine_tune(network, batches(64, 1), batches(32, 2), "all", tmp_path / folder, report)
        return state(network)

    whole = tune("whole")
    with pytest.raises(KeyboardInterrupt):
        tune("cut", stop_after=2)
    for key, value in tune("cut").items():
        assert torch.equal(value, whole[key]), key


@pytest.mark.parametrize("key", ["dcrnn", "ecg12net", "beta_vae"])
def test_every_bundled_architecture_has_last_layers(key: str) -> None:
    learner = AsInUse(build(key), "last")
    free = [name for name, parameter in learner.named_parameters() if parameter.requires_grad]
    n_free = sum(parameter.numel() for parameter in learner.parameters() if parameter.requires_grad)
    assert free and n_free < 0.02 * sum(parameter.numel() for parameter in learner.parameters())


def test_a_network_without_a_known_last_layer_is_told() -> None:
    with pytest.raises(ECGError, match="no layer known as its last"):
        AsInUse(tiny_net(), "last")


def test_dropout_is_off_while_it_learns(network: Named) -> None:
    learner = module.AsInUse(network, "all").train()
    assert not any(part.training for part in learner.modules())
