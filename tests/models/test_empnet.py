import pytest
import torch
from torch import nn

from ecg_core.models.empnet import COVARIATES, EMPNet


@pytest.fixture
def model() -> EMPNet:
    torch.manual_seed(0)
    return EMPNet().eval()


def test_covariates_pass_8_32_16_1(model: EMPNet) -> None:
    linear = [layer for layer in model.covariates if isinstance(layer, nn.Linear)]
    assert [(layer.in_features, layer.out_features) for layer in linear] == [(8, 32), (32, 16), (16, 1)]
    assert len(COVARIATES) == 8


def test_covariates_add_to_the_estimate_from_the_ecg(model: EMPNet) -> None:
    x, covariates = torch.randn(3, 12, 64), torch.randn(3, 8)
    with torch.no_grad():
        added = model(x, covariates) - model.ecg(x)
        assert torch.allclose(added, model.covariates(covariates).squeeze(1), atol=1e-5)


def test_an_unknown_covariate_counts_as_the_mean(model: EMPNet) -> None:
    training = torch.tensor([[1.0] * 8, [3.0] * 8, [float("nan")] + [5.0] * 7])
    model.fit_covariates(training)
    assert torch.allclose(model.covariate_mean, torch.tensor([2.0] + [3.0] * 7))
    assert torch.allclose(model.covariate_std[0], torch.tensor(1.0))
    x = torch.randn(1, 12, 64)
    known, unknown = torch.full((1, 8), 3.0), torch.full((1, 8), 3.0)
    known[0, 0], unknown[0, 0] = 2.0, float("nan")
    with torch.no_grad():
        assert torch.equal(model(x, known), model(x, unknown))
