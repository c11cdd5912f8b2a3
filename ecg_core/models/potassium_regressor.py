"""Potassium from a beat's latent description and its handcrafted features."""

from __future__ import annotations

from typing import Self

import torch
from torch import Tensor, nn

from ecg_core.models.beta_vae import BetaVAE
from ecg_core.models.handcrafted import FEATURES, HandcraftedFeatures
from ecg_core.models.potassium_output import Code, PotassiumOutput
from ecg_core.models.registry import register


class PotassiumRegressor(nn.Module):
    """`(batch, features)` -> `(batch,)` mEq/L: 512, 256, 128 with BatchNorm, ReLU and dropout, then 1."""

    def __init__(
        self,
        features: int = 73,
        dropout: float = 0.2,
        output_bias_meq_l: float = 5.0,
        code: Code = "value",
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in ((features, 512), (512, 256), (256, 128)):
            layers += [
                nn.Linear(inputs, outputs, bias=False),
                nn.BatchNorm1d(outputs),
                nn.ReLU(),
                nn.Dropout(dropout),
            ]
        self.hidden = nn.Sequential(*layers)
        self.output = PotassiumOutput(128, code, output_bias_meq_l)

    def forward(self, features: Tensor) -> Tensor:
        return self.output.decode(self.scores(features))

    def scores(self, features: Tensor) -> Tensor:
        """`(batch, scores)` of the output's code."""
        scores: Tensor = self.output(self.hidden(features))
        return scores


@register("beta_vae", leads=("II", "V5"), samples=512)
class BetaVAERegressor(nn.Module):
    """`(batch, 2, 512)`, median beats of leads II and V5 in mV -> `(batch,)` potassium in mEq/L.

    Trained in two stages: `vae` alone first, then `freeze_vae()`, `handcrafted.fit(beats)` and the
    `regressor` on the encoder's mean and the nine features. The decoder takes no part in the estimate; it is
    kept for the reconstruction that the evaluation shows.
    """

    def __init__(
        self, vae: BetaVAE | None = None, output_bias_meq_l: float = 5.0, code: Code = "value"
    ) -> None:
        super().__init__()
        self.vae = BetaVAE() if vae is None else vae
        self.handcrafted = HandcraftedFeatures()
        inputs = self.vae.to_mu.out_features + len(FEATURES)
        self.regressor = PotassiumRegressor(inputs, output_bias_meq_l=output_bias_meq_l, code=code)
        self._vae_frozen = False

    def freeze_vae(self) -> None:
        """Fix the VAE's weights and statistics and switch its dropout off, for good."""
        self._vae_frozen = True
        self.vae.requires_grad_(False)
        self.vae.eval()

    def train(self, mode: bool = True) -> Self:
        super().train(mode)
        if self._vae_frozen:
            self.vae.eval()
        return self

    def describe(self, x: Tensor) -> Tensor:
        """The regressor's input, `(batch, 73)`: latent means, then standardised features."""
        return torch.cat([self.vae.latent_mean(x), self.handcrafted(x)], dim=1)

    def forward(self, x: Tensor) -> Tensor:
        output: Tensor = self.regressor(self.describe(x))
        return output
