import pytest
import torch
from torch import nn

from ecg_core.models import BetaVAE, BetaVAERegressor, count_parameters


@pytest.fixture
def vae() -> BetaVAE:
    torch.manual_seed(0)
    return BetaVAE()


def small_vae() -> BetaVAE:
    return BetaVAE(channels=8, depth=2, width=64, latent_dim=4)


def test_parameters_and_layers_of_the_table(vae: BetaVAE) -> None:
    assert count_parameters(vae) == 13_801_858
    assert sum(isinstance(m, nn.Conv1d) for m in vae.modules()) == 1 + 7
    assert sum(isinstance(m, nn.ConvTranspose1d) for m in vae.modules()) == 7 + 1
    assert vae.to_mu.in_features == vae.to_sigma.in_features == 65_536


def test_shapes_of_the_table(vae: BetaVAE) -> None:
    output = vae.eval()(torch.randn(2, 2, 512))
    assert [tuple(value.shape) for value in output] == [(2, 2, 512), (2, 64), (2, 64)]


def test_every_layer_inside_keeps_the_length(vae: BetaVAE) -> None:
    shapes: set[tuple[int, ...]] = set()
    for block in [*vae.encoder[:-1], *vae.decoder[1:-1]]:
        block.register_forward_hook(lambda _module, _inputs, output: shapes.add(tuple(output.shape)))
    vae.eval()(torch.zeros(1, 2, 512))
    assert shapes == {(1, 128, 512)}


def test_sigma_never_reaches_zero() -> None:
    vae = small_vae().eval()
    nn.init.constant_(vae.to_sigma.bias, -1e4)
    assert torch.allclose(vae.encode(torch.randn(2, 2, 64)).sigma, torch.tensor(1e-4))


def test_sampling_in_training_has_the_encoders_mean_and_standard_deviation() -> None:
    torch.manual_seed(0)
    vae = small_vae()
    vae.decoder = nn.Identity()  # shows z itself
    for module in vae.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    nn.init.constant_(vae.to_sigma.bias, 2.0)
    x = torch.randn(1, 2, 64).expand(4000, -1, -1)
    z, mu, sigma = vae(x)
    assert torch.allclose(z.mean(dim=0), mu[0], atol=0.15)
    assert torch.allclose(z.std(dim=0), sigma[0], rtol=0.06)
    assert torch.equal(*vae.eval()(x[:2])[:2])


def test_a_frozen_vae_stays_as_it_was_through_training() -> None:
    torch.manual_seed(0)
    model = BetaVAERegressor(small_vae())
    model.freeze_vae()
    before = {name: value.clone() for name, value in model.vae.state_dict().items()}
    model.train()
    optimizer = torch.optim.Adam((p for p in model.parameters() if p.requires_grad), lr=0.1)
    x = torch.randn(6, 2, 64)
    first = model.describe(x)
    model(x).square().mean().backward()
    optimizer.step()
    assert all(torch.equal(before[name], value) for name, value in model.vae.state_dict().items())
    assert torch.equal(first, model.describe(x))
    assert model.regressor.training and not model.vae.training
    assert model.regressor.output.weight.grad is not None


def test_regressor_is_fed_latent_means_then_features() -> None:
    model = BetaVAERegressor()
    assert model.regressor.hidden[0].in_features == 73
    model.eval()
    x = torch.randn(2, 2, 512)
    described = model.describe(x)
    assert torch.equal(described[:, :64], model.vae.encode(x).mu)
    assert torch.equal(described[:, 64:], model.handcrafted(x))
