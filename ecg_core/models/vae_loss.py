"""The beta-VAE objective (Higgins et al., ICLR 2017)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from torch import Tensor
from torch.nn import functional

from ecg_core.models.beta_vae import Reconstruction

ReconstructionLoss = Literal["mae", "mse", "huber", "smooth_l1"]

_LOSSES: dict[ReconstructionLoss, Callable[..., Tensor]] = {
    "mae": functional.l1_loss,
    "mse": functional.mse_loss,
    "huber": functional.huber_loss,
    "smooth_l1": functional.smooth_l1_loss,
}


class VAELoss(NamedTuple):
    """Scalars: what to minimise and its two parts, each a mean over the batch."""

    total: Tensor
    reconstruction: Tensor
    kl: Tensor


def kl_from_standard_normal(mu: Tensor, sigma: Tensor) -> Tensor:
    """KL(N(mu, sigma^2) || N(0, 1)) summed over the latents: `(batch, latents)` -> `(batch,)`, in nats.

    `sigma` is a standard deviation.
    """
    return 0.5 * (mu.square() + sigma.square() - 1.0 - 2.0 * sigma.log()).sum(dim=1)


def vae_loss(
    output: Reconstruction, target: Tensor, beta: float = 1.1, reconstruction: ReconstructionLoss = "mae"
) -> VAELoss:
    """Reconstruction summed over leads and samples, plus `beta` times the KL term, meaned over the batch."""
    per_sample = _LOSSES[reconstruction](output.x, target, reduction="none")
    error = per_sample.flatten(start_dim=1).sum(dim=1).mean()
    kl = kl_from_standard_normal(output.mu, output.sigma).mean()
    return VAELoss(error + beta * kl, error, kl)
