"""The contract that every registered potassium model keeps."""

import pytest
import torch
from torch import nn

from ecg_core.models import MODELS, ModelSpec, build, count_parameters

PARAMETERS = {
    "kalium_net": 793_440,
    "dcrnn": 207_602,
    "dscnn": 68_786,
    "dscnn_standard": 2_135_617,
    "ecg12net": 2_845_202,
    "empnet": 2_846_035,
    "beta_vae": 14_004_995,
}

# What an estimate does not use: the beta-VAE's own training does.
NOT_IN_THE_ESTIMATE = {"beta_vae": ("vae.to_sigma.", "vae.decoder.")}


@pytest.fixture(params=sorted(MODELS))
def spec(request: pytest.FixtureRequest) -> ModelSpec:
    return MODELS[request.param]


@pytest.fixture
def model(spec: ModelSpec) -> nn.Module:
    torch.manual_seed(0)
    return build(spec.key)


def inputs(spec: ModelSpec, batch: int = 3) -> tuple[torch.Tensor, ...]:
    """A signal and, for a model that is fed facts, facts."""
    generator = torch.Generator().manual_seed(1)
    signal = torch.randn(batch, len(spec.leads), spec.samples, generator=generator)
    return (signal, torch.randn(batch, spec.n_facts, generator=generator)) if spec.n_facts else (signal,)


def warmed_up(model: nn.Module, spec: ModelSpec) -> nn.Module:
    """In evaluation mode, with normalization statistics that have seen data."""
    with torch.no_grad():
        model(*inputs(spec, batch=8))
    return model.eval()


def test_one_estimate_per_ecg(model: nn.Module, spec: ModelSpec) -> None:
    estimate = model(*inputs(spec))
    assert estimate.shape == (3,)
    assert estimate.dtype == torch.float32
    assert torch.isfinite(estimate).all()


def test_parameter_count(model: nn.Module, spec: ModelSpec) -> None:
    assert count_parameters(model) == PARAMETERS[spec.key]


def test_gradient_reaches_every_parameter_of_the_estimate(model: nn.Module, spec: ModelSpec) -> None:
    model(*inputs(spec)).square().sum().backward()
    without = {name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()}
    unused = NOT_IN_THE_ESTIMATE.get(spec.key, ())
    assert without == {name for name, _ in model.named_parameters() if name.startswith(unused)}


def test_evaluation_is_deterministic(model: nn.Module, spec: ModelSpec) -> None:
    warmed_up(model, spec)
    x = inputs(spec)
    with torch.inference_mode():
        assert torch.equal(model(*x), model(*x))


def test_an_estimate_does_not_depend_on_the_rest_of_the_batch(model: nn.Module, spec: ModelSpec) -> None:
    warmed_up(model, spec)
    x = inputs(spec)
    with torch.inference_mode():
        alone = torch.cat([model(*one) for one in zip(*(part.split(1) for part in x), strict=True)])
        assert torch.allclose(model(*x), alone, atol=1e-4)
    assert alone.unique().numel() == 3  # and does depend on the ECG


def test_half_precision_storage_keeps_the_estimate(model: nn.Module, spec: ModelSpec) -> None:
    warmed_up(model, spec)
    x = inputs(spec)
    with torch.inference_mode():
        before = model(*x)
        model.half().float()
        assert (model(*x) - before).abs().max() < 0.02


def test_bfloat16_autocast_returns_float32(model: nn.Module, spec: ModelSpec) -> None:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        estimate = model(*inputs(spec))
    assert estimate.dtype == torch.float32
    estimate.sum().backward()


def test_weights_load_into_a_fresh_model(model: nn.Module, spec: ModelSpec) -> None:
    warmed_up(model, spec)
    fresh = build(spec.key)
    fresh.load_state_dict(model.state_dict(), strict=True)
    with torch.inference_mode():
        assert torch.equal(fresh.eval()(*inputs(spec)), model(*inputs(spec)))


def test_another_number_of_leads_is_refused(model: nn.Module, spec: ModelSpec) -> None:
    with pytest.raises(ValueError, match="expected a signal of"):
        model(torch.zeros(2, len(spec.leads) + 1, spec.samples), *inputs(spec, batch=2)[1:])


def test_facts_change_the_estimate_and_may_be_unknown(model: nn.Module, spec: ModelSpec) -> None:
    if not spec.n_facts:
        with pytest.raises(TypeError):
            model(*inputs(spec), torch.zeros(3, 1), torch.zeros(3, 1))
        return
    warmed_up(model, spec)
    signal, facts = inputs(spec)
    with torch.inference_mode():
        unknown = model(signal, torch.full_like(facts, float("nan")))
        assert torch.isfinite(unknown).all()
        assert not torch.allclose(unknown, model(signal, facts))


def test_a_model_that_can_leave_leads_out_is_told_which(model: nn.Module, spec: ModelSpec) -> None:
    warmed_up(model, spec)
    signal, *facts = inputs(spec)
    present = torch.ones(signal.shape[:2], dtype=torch.bool)
    if spec.min_leads == len(spec.leads):
        with pytest.raises(TypeError):
            model(signal, *facts, present=present)
        return
    present[:, spec.min_leads :] = False
    silent = signal * present.unsqueeze(2)
    with torch.inference_mode():
        assert torch.allclose(model(signal, *facts, present=torch.ones_like(present)), model(signal, *facts))
        left_out = model(silent, *facts, present=present)
    assert torch.isfinite(left_out).all() and left_out.unique().numel() == 3


def test_output_bias_is_where_estimates_start(spec: ModelSpec) -> None:
    torch.manual_seed(0)
    with torch.no_grad():
        low = build(spec.key, output_bias_meq_l=3.0).eval()(*inputs(spec)).mean()
    assert abs(float(low) - 3.0) < 1.0
