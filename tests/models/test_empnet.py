import pytest
import torch
from torch import nn

from ecg_core.models import EMPNet
from ecg_core.models.empnet import FACTS, FactAdjustment

NAN = float("nan")


@pytest.fixture
def model() -> EMPNet:
    torch.manual_seed(0)
    return EMPNet().eval()


def test_facts_pass_8_32_16_1(model: EMPNet) -> None:
    linear = [layer for layer in model.adjustment.layers if isinstance(layer, nn.Linear)]
    assert [(layer.in_features, layer.out_features) for layer in linear] == [(8, 32), (32, 16), (16, 1)]
    assert len(FACTS) == 8


def test_facts_add_to_the_estimate_from_the_ecg(model: EMPNet) -> None:
    x, facts = torch.randn(3, 12, 64), torch.randn(3, 8)
    present = torch.tensor([[True] * 9 + [False] * 3]).expand(3, -1)
    with torch.no_grad():
        added = model(x, facts, present) - model.ecg(x, present)
        assert torch.allclose(added, model.adjustment.layers(facts).squeeze(1), atol=1e-5)


def test_an_unknown_fact_counts_as_the_mean() -> None:
    adjustment = FactAdjustment()
    adjustment.fit(torch.tensor([[1.0] * 8, [3.0] * 8, [NAN] + [5.0] * 7]))
    assert torch.allclose(adjustment.fact_mean, torch.tensor([2.0] + [3.0] * 7))
    assert torch.allclose(adjustment.fact_scale[0], torch.tensor(1.0))
    known, unknown = torch.full((1, 8), 3.0), torch.full((1, 8), 3.0)
    known[0, 0], unknown[0, 0] = 2.0, NAN
    with torch.no_grad():
        assert torch.equal(adjustment(known), adjustment(unknown))


def test_a_fact_that_training_never_knew_has_no_say() -> None:
    adjustment = FactAdjustment()
    training = torch.randn(20, 8)
    training[:, 0], training[:, 1] = NAN, 1.0
    adjustment.fit(training)
    facts = torch.randn(4, 8)
    others = facts.clone()
    others[:, 0], others[:, 1] = 80.0, 0.0
    with torch.no_grad():
        assert torch.equal(adjustment(facts), adjustment(others))
        assert not torch.equal(adjustment(facts), adjustment(facts + 1.0))
