"""The contract that every registered potassium model keeps."""

import pytest
import torch
from torch import nn

from ecg_core.models import MODELS, ModelSpec, build, count_parameters

PARAMETERS = {"dcrnn": 207_602, "ecg12net": 2_845_202, "beta_vae": 14_004_995}

# What an estimate does not use: the beta-VAE's own training does.
NOT_IN_THE_ESTIMATE = {"beta_vae": ("vae.to_sigma.", "vae.decoder.")}


@pytest.fixture(params=sorted(MODELS))
def spec(request: pytest.FixtureRequest) -> ModelSpec:
    return MODELS[request.param]


@pytest.fixture
def model(spec: ModelSpec) -> nn.Module:
    torch.manual_seed(0)
    return build(spec.key)


def signal(spec: ModelSpec, batch: int = 3) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randn(batch, len(spec.leads), spec.samples, generator=generator)


def warmed_up(model: nn.Module, spec: ModelSpec) -> nn.Module:
    """In evaluation mode, with normalization statistics that have seen data."""
    with torch.no_grad():
        model(signal(spec, batch=8))
    return model.eval()


def test_one_estimate_per_ecg(model: nn.Module, spec: ModelSpec) -> None:
    estimate = model(signal(spec))
    assert estimate.shape == (3,)
    assert estimate.dtype == torch.float32
    assert torch.isfinite(estimate).all()


def test_parameter_count(model: nn.Module, spec: ModelSpec) -> None:
    assert count_parameters(model) == PARAMETERS[spec.key]


def test_gradient_reaches_every_parameter_of_the_estimate(model: nn.Module, spec: ModelSpec) -> None:
    model(signal(spec)).square().sum().backward()
    without = {name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()}
    unused = NOT_IN_THE_ESTIMATE.get(spec.key, ())
    assert without == {name for name, _ in model.named_parameters() if name.startswith(unused)}


def test_evaluation_is_deterministic(model: nn.Module, spec: ModelSpec) -> None:
    warmed_up(model, spec)
    x = signal(spec)
    with torch.inference_mode():
        assert torch.equal(model(x), model(x))


def test_an_estimate_does_not_depend_on_the_rest_of_the_batch(model: nn.Module, spec: ModelSpec) -> None:
    warmed_up(model, spec)
    x = signal(spec)
    with torch.inference_mode():
        alone = torch.cat([model(one) for one in x.split(1)])
        assert torch.allclose(model(x), alone, atol=1e-4)
    assert alone.unique().numel() == 3  # and does depend on the ECG


def test_half_precision_storage_keeps_the_estimate(model: nn.Module, spec: ModelSpec) -> None:
    warmed_up(model, spec)
    x = signal(spec)
    with torch.inference_mode():
        before = model(x)
        model.half().float()
        assert (model(x) - before).abs().max() < 0.02


def test_bfloat16_autocast_returns_float32(model: nn.Module, spec: ModelSpec) -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        estimate = model(signal(spec))
    assert estimate.dtype == torch.float32
    estimate.sum().backward()


def test_weights_load_into_a_fresh_model(model: nn.Module, spec: ModelSpec) -> None:
    warmed_up(model, spec)
    fresh = build(spec.key)
    fresh.load_state_dict(model.state_dict(), strict=True)
    with torch.inference_mode():
        assert torch.equal(fresh.eval()(signal(spec)), model(signal(spec)))


def test_another_number_of_leads_is_refused(model: nn.Module, spec: ModelSpec) -> None:
    with pytest.raises(ValueError, match="expected a signal of"):
        model(torch.zeros(2, len(spec.leads) + 1, spec.samples))


def test_output_bias_is_where_estimates_start(spec: ModelSpec) -> None:
    torch.manual_seed(0)
    with torch.no_grad():
        low = build(spec.key, output_bias_meq_l=3.0).eval()(signal(spec)).mean()
    assert abs(float(low) - 3.0) < 1.0
