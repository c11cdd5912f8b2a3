"""Beta-VAE over median beats: a 64-dimensional description of leads II and V5, and its decoder."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ecg_core.models.shapes import require_shape


class Latent(NamedTuple):
    """The encoder's normal distribution for each beat: mean and standard deviation, `(batch, latent_dim)`."""

    mu: Tensor
    sigma: Tensor


class Reconstruction(NamedTuple):
    """A decoded sample `(batch, leads, samples)` and the distribution it was drawn from."""

    x: Tensor
    mu: Tensor
    sigma: Tensor


def _after_convolution(channels: int, dropout: float) -> list[nn.Module]:
    return [nn.BatchNorm1d(channels), nn.ReLU(), nn.Dropout(dropout)]


class ResidualBlock(nn.Module):
    """`x + Dropout(ReLU(BatchNorm(convolution(x))))`, same channels and length."""

    def __init__(self, convolution: nn.Module, channels: int, dropout: float) -> None:
        super().__init__()
        self.body = nn.Sequential(convolution, *_after_convolution(channels, dropout))

    def forward(self, x: Tensor) -> Tensor:
        residual: Tensor = self.body(x)
        return x + residual


class BetaVAE(nn.Module):
    """`(batch, in_channels, width)` -> reconstruction, mu, sigma.

    Follows the layer and hyperparameter tables of the document "Variational Auto Encoder Based Two
    stage Potassium Level Prediction Framework": 13,801,858 parameters, nine tenths of them in the
    three linear layers beside the latent space. Each of the `depth` blocks is one convolution with a
    residual connection. The table's `hidden_dim` belongs to no layer it lists and is left out.

    `sigma = softplus(.) + softplus_eps` is a standard deviation (the document's code passed it to the
    KL term as a log-variance). In evaluation mode the decoder is given mu itself, so that the
    reconstruction is deterministic.
    """

    def __init__(
        self,
        in_channels: int = 2,
        channels: int = 128,
        depth: int = 7,
        width: int = 512,
        kernel_size: int = 5,
        latent_dim: int = 64,
        encoder_dropout: float = 0.3,
        decoder_dropout: float = 0.0,
        softplus_eps: float = 1.0e-4,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.width = width
        self.softplus_eps = softplus_eps
        padding = kernel_size // 2  # keeps the length for the odd kernels used here

        def encoding(inputs: int) -> nn.Conv1d:
            return nn.Conv1d(inputs, channels, kernel_size, padding=padding, bias=False)

        def decoding() -> nn.ConvTranspose1d:
            return nn.ConvTranspose1d(channels, channels, kernel_size, padding=padding, bias=False)

        self.encoder = nn.Sequential(
            encoding(in_channels),
            *_after_convolution(channels, encoder_dropout),
            *(ResidualBlock(encoding(channels), channels, encoder_dropout) for _ in range(depth)),
            nn.Flatten(),
        )
        self.to_mu = nn.Linear(channels * width, latent_dim)
        self.to_sigma = nn.Linear(channels * width, latent_dim)
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, channels * width),
            nn.Unflatten(1, (channels, width)),
            *(ResidualBlock(decoding(), channels, decoder_dropout) for _ in range(depth)),
            nn.ConvTranspose1d(channels, in_channels, kernel_size, padding=padding),
        )
        # PyTorch scales transposed convolutions by their few outputs: the first reconstructions would be
        # tens of millivolts off and most of the training spent on coming down. Start from a flat line.
        output_layer = self.decoder[-1]
        assert isinstance(output_layer, nn.ConvTranspose1d)
        nn.init.normal_(output_layer.weight, std=1e-3)

    def encode(self, x: Tensor) -> Latent:
        """The distribution over the latent space for each beat."""
        hidden = self._hidden(x)
        sigma = functional.softplus(self.to_sigma(hidden).float()) + self.softplus_eps
        return Latent(self.to_mu(hidden).float(), sigma)

    def latent_mean(self, x: Tensor) -> Tensor:
        """`encode(x).mu` alone, `(batch, latent_dim)`: the four million weights of sigma are not asked."""
        mu: Tensor = self.to_mu(self._hidden(x))
        return mu.float()

    def _hidden(self, x: Tensor) -> Tensor:
        require_shape(x, self.in_channels, self.width)
        hidden: Tensor = self.encoder(x)
        return hidden

    def decode(self, z: Tensor) -> Tensor:
        """`(batch, latent_dim)` -> `(batch, in_channels, width)`."""
        decoded: Tensor = self.decoder(z)
        return decoded.float()

    def forward(self, x: Tensor) -> Reconstruction:
        mu, sigma = self.encode(x)
        z = mu + sigma * torch.randn_like(sigma) if self.training else mu
        return Reconstruction(self.decode(z), mu, sigma)
