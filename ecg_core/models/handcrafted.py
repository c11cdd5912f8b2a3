"""Nine handcrafted features of a beat, for the regressor that joins them with the latent space."""

from __future__ import annotations

import torch
from torch import Tensor, nn

FEATURES = (
    "mean",
    "standard deviation",
    "skewness",
    "excess kurtosis",
    "maximum",
    "minimum",
    "peak to peak",
    "root mean square",
    "zero-crossing rate",
)

_TINY = 1e-6  # keeps the moments of a flat line at 0


def handcrafted_features(x: Tensor) -> Tensor:
    """`(batch, leads, samples)` in mV -> `(batch, 9)` in the order of `FEATURES`, averaged over the leads.

    The document speaks of nine features per lead, of nine in all, and of twelve leads; the average
    over the two leads is what fits its regressor's 64 + 9 inputs. Moments are the population's (divided
    by n). Feed millivolts: in a z-score mean, standard deviation and root mean square are constant.
    """
    x = x.float()
    mean = x.mean(dim=2, keepdim=True)
    centred = x - mean
    deviation = centred.square().mean(dim=2).sqrt()
    z = centred / deviation.clamp_min(_TINY).unsqueeze(2)
    maximum, minimum = x.amax(dim=2), x.amin(dim=2)
    per_lead = torch.stack(
        [
            mean.squeeze(2),
            deviation,
            z.pow(3).mean(dim=2),
            z.pow(4).mean(dim=2) - 3.0,
            maximum,
            minimum,
            maximum - minimum,
            x.square().mean(dim=2).sqrt(),
            (x[..., 1:].signbit() != x[..., :-1].signbit()).float().mean(dim=2),
        ],
        dim=2,
    )
    return per_lead.mean(dim=1)


class HandcraftedFeatures(nn.Module):
    """`handcrafted_features`, standardised with the training set's mean and standard deviation.

    The two are buffers, so they travel with the weights; until `fit` they change nothing.
    """

    feature_mean: Tensor
    feature_std: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("feature_mean", torch.zeros(len(FEATURES)))
        self.register_buffer("feature_std", torch.ones(len(FEATURES)))

    @torch.no_grad()
    def fit(self, x: Tensor) -> None:
        """Take mean and standard deviation from the training beats, `(batch, leads, samples)`."""
        features = handcrafted_features(x)
        self.feature_mean.copy_(features.mean(dim=0))
        self.feature_std.copy_(features.std(dim=0).clamp_min(_TINY))

    def forward(self, x: Tensor) -> Tensor:
        return (handcrafted_features(x) - self.feature_mean) / self.feature_std
