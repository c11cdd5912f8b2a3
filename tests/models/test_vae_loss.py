import pytest
import torch
from torch.distributions import Normal, kl_divergence

from ecg_core.models.beta_vae import Reconstruction
from ecg_core.models.vae_loss import kl_from_standard_normal, vae_loss

TARGET = torch.zeros(2, 1, 3)
DECODED = torch.tensor([[[1.0, -2.0, 0.5]], [[0.0, 0.0, 3.0]]])
STANDARD = Reconstruction(DECODED, torch.zeros(2, 4), torch.ones(2, 4))


def test_kl_is_that_of_a_normal_with_sigma_as_standard_deviation() -> None:
    torch.manual_seed(0)
    mu, sigma = torch.randn(5, 64), torch.rand(5, 64) * 2 + 1e-4
    expected = kl_divergence(Normal(mu, sigma), Normal(0.0, 1.0)).sum(dim=1)
    assert torch.allclose(kl_from_standard_normal(mu, sigma), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("mae", (3.5 + 3.0) / 2),
        ("mse", (5.25 + 9.0) / 2),
        ("huber", (0.5 + 1.5 + 0.125 + 2.5) / 2),
        ("smooth_l1", (0.5 + 1.5 + 0.125 + 2.5) / 2),
    ],
)
def test_reconstruction_is_summed_over_samples_and_meaned_over_the_batch(name: str, by_hand: float) -> None:
    loss = vae_loss(STANDARD, TARGET, reconstruction=name)  # type: ignore[arg-type]
    assert float(loss.reconstruction) == pytest.approx(by_hand)
    assert float(loss.kl) == 0.0
    assert float(loss.total) == pytest.approx(by_hand)


def test_beta_weighs_the_kl_term() -> None:
    output = Reconstruction(TARGET, torch.tensor([[2.0, 0.0], [0.0, 0.0]]), torch.ones(2, 2))
    loss = vae_loss(output, TARGET, beta=1.1)
    assert float(loss.kl) == pytest.approx(1.0)  # 2**2 / 2, over two beats
    assert float(loss.total) == pytest.approx(1.1)
