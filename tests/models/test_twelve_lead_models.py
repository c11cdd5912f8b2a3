"""The contract that every 12-lead architecture keeps."""

import pytest
import torch
from torch import nn

from ecg_core.errors import CheckpointError
from ecg_core.models import count_parameters
from ecg_core.models.twelve_lead import TWELVE_LEAD_MODELS, RibeiroNet, build_twelve_lead
from ecg_core.models.twelve_lead.beat_space import BEAT_SAMPLES
from ecg_core.models.twelve_lead.measured import N_FACTS, MeasuredModel

OUTPUTS = 7


@pytest.fixture(params=sorted(TWELVE_LEAD_MODELS))
def key(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def model(key: str) -> nn.Module:
    torch.manual_seed(0)
    model = build_twelve_lead(key, OUTPUTS)
    if isinstance(model, MeasuredModel):
        return fitted(model)
    model(*inputs(key, 8))  # so that the normalization has seen data
    return model


def fitted(model: MeasuredModel) -> MeasuredModel:
    """With a kernel machine that has learned something; without trees."""
    beat, mask, facts = inputs("measured", 30)
    model.fit_views(beat, facts)
    target = torch.randn(30, OUTPUTS, generator=torch.Generator().manual_seed(2)) / 4 + 0.5
    model.kernel.fit(model.describe(beat, mask, facts)[1], target, ridge=0.1)
    return model


def inputs(key: str, batch: int = 3) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(1)
    mask = torch.ones(batch, 12, dtype=torch.bool)
    if not TWELVE_LEAD_MODELS[key].measured:
        return torch.randn(batch, 12, 1000, generator=generator), mask
    shapes = torch.randn(3, 12, BEAT_SAMPLES, generator=torch.Generator().manual_seed(3))
    beats = torch.einsum("bk,kls->bls", torch.randn(batch, 3, generator=generator), shapes)
    beats = beats + torch.randn(beats.shape, generator=generator) / 2
    return beats, mask, torch.randn(batch, N_FACTS, generator=generator)


def test_an_answer_per_ecg(key: str, model: nn.Module) -> None:
    answer = model.eval()(*inputs(key))
    assert answer.shape == (3, OUTPUTS)
    assert torch.isfinite(answer).all()


def test_what_an_absent_lead_holds_does_not_matter_but_that_it_is_absent_does(
    key: str, model: nn.Module
) -> None:
    x, mask, *facts = inputs(key)
    mask[:, [2, 7]] = False
    other = x.clone()
    other[:, [2, 7]] = 100.0
    model.eval()
    assert torch.equal(model(x, mask, *facts), model(other, mask, *facts))
    assert not torch.allclose(model(x, mask, *facts), model(x, torch.ones_like(mask), *facts), atol=1e-5)


def test_without_any_lead_the_answer_is_a_number(key: str, model: nn.Module) -> None:
    x, mask, *facts = inputs(key)
    assert torch.isfinite(model.eval()(x, torch.zeros_like(mask), *facts)).all()


@pytest.mark.parametrize("key", sorted(set(TWELVE_LEAD_MODELS) - {"measured"}))
def test_gradient_reaches_every_parameter(key: str, model: nn.Module) -> None:
    model.train()(*inputs(key)).square().sum().backward()
    without = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert without == []


def test_a_signal_of_other_than_twelve_leads_is_refused(key: str, model: nn.Module) -> None:
    x, mask, *facts = inputs(key)
    with pytest.raises(ValueError, match="12"):
        model(x[:, :8], mask, *facts)


def test_model_1_shortens_to_a_quarter_in_each_block() -> None:
    model = RibeiroNet(6).eval()
    x = skipped = torch.zeros(1, 64, 1024)
    shapes = []
    for block in model.blocks:
        x, skipped = block(x, skipped)
        shapes.append(tuple(x.shape[1:]))
    assert shapes == [(128, 256), (196, 64), (256, 16), (320, 4)]
    assert count_parameters(model.head) < 0.01 * count_parameters(model)


def test_an_unknown_architecture_is_refused() -> None:
    with pytest.raises(CheckpointError, match="no_such_net"):
        build_twelve_lead("no_such_net", OUTPUTS)
