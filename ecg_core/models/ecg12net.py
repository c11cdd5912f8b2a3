"""ECG12Net: one DenseNet-like trunk over each of twelve leads, joined by attention over the leads.

Lin C-S et al., "A Deep-Learning Algorithm (ECG12Net) for Detecting Hypokalemia and Hyperkalemia by
Electrocardiography", JMIR Medical Informatics 2020;8(3):e15931.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional

from ecg_core.leads import STANDARD_LEADS
from ecg_core.models.potassium_output import Code, PotassiumOutput
from ecg_core.models.registry import register
from ecg_core.models.shapes import require_shape

_GROWTH = 32
_BOTTLENECK = 128
_STAGES = (3, 3, 6, 6, 3)  # dense units per stage
_STRIDE = 2 ** (1 + len(_STAGES))  # the stem and every pooling block halve the length
_FEATURES = _GROWTH * (1 + len(_STAGES) + sum(_STAGES))  # 864


class ConvUnit(nn.Sequential):
    """Convolution, batch normalization, ReLU: `(batch, channels, samples)`.

    `folded` gives the same in evaluation mode for `(batch, samples, channels)`, as one matrix product with the
    normalization multiplied into the weights: a third less time on a processor.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1) -> None:
        convolution = nn.Conv1d(
            in_channels, out_channels, kernel_size, stride, padding=kernel_size // 2, bias=False
        )
        super().__init__(convolution, nn.BatchNorm1d(out_channels), nn.ReLU())
        self._kernel_size, self._stride = kernel_size, stride

    def folded(self, x: Tensor) -> Tensor:
        convolution, normalization = self[0], self[1]
        assert isinstance(convolution, nn.Conv1d) and isinstance(normalization, nn.BatchNorm1d)
        mean, variance = normalization.running_mean, normalization.running_var
        assert mean is not None and variance is not None
        scale = normalization.weight / torch.sqrt(variance + normalization.eps)
        weight = convolution.weight.permute(0, 2, 1).flatten(start_dim=1) * scale[:, None]
        product = functional.linear(self._windows(x), weight, normalization.bias - mean * scale)
        return product.relu_()

    def _windows(self, x: Tensor) -> Tensor:
        """What each output sees, `(batch, outputs, kernel * channels)`; a view of the padded input."""
        if self._kernel_size == self._stride == 1:
            return x
        batch, samples, channels = x.shape
        padded = functional.pad(x, (0, 0, self._kernel_size // 2, self._kernel_size // 2))
        outputs = (samples - 1) // self._stride + 1
        strides = (padded.stride(0), self._stride * channels, 1)
        return padded.as_strided((batch, outputs, self._kernel_size * channels), strides)


def _unit(in_channels: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        ConvUnit(in_channels, _BOTTLENECK, kernel_size=1),
        ConvUnit(_BOTTLENECK, _BOTTLENECK, kernel_size=3, stride=stride),
        ConvUnit(_BOTTLENECK, _GROWTH, kernel_size=1),
    )


def _folded(layers: Iterable[nn.Module], x: Tensor) -> Tensor:
    """One layer after the other in their `folded` form."""
    for layer in layers:
        assert isinstance(layer, ConvUnit | DenseUnit | PoolingBlock)
        x = layer.folded(x)
    return x


class DenseUnit(nn.Module):
    """Appends 32 channels computed from all channels before it."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.unit = _unit(in_channels)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([x, self.unit(x)], dim=1)

    def folded(self, x: Tensor) -> Tensor:
        return torch.cat([x, _folded(self.unit, x)], dim=2)


class PoolingBlock(nn.Module):
    """Halves the length: average pooling beside a unit of stride 2, concatenated (+32 channels)."""

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool1d(2)
        self.unit = _unit(in_channels, stride=2)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.pool(x), self.unit(x)], dim=1)

    def folded(self, x: Tensor) -> Tensor:
        return torch.cat([x.reshape(len(x), -1, 2, x.shape[2]).mean(dim=2), _folded(self.unit, x)], dim=2)


class Trunk(nn.Sequential):
    """`(batch, 1, samples)` -> `(batch, 864)`: 79 convolutions and a global average."""

    def __init__(self) -> None:
        channels = _GROWTH
        layers: list[nn.Module] = [ConvUnit(1, channels, kernel_size=7, stride=2)]
        for units in _STAGES:
            layers.append(PoolingBlock(channels))
            channels += _GROWTH
            for _ in range(units):
                layers.append(DenseUnit(channels))
                channels += _GROWTH
        super().__init__(*layers, nn.AdaptiveAvgPool1d(1), nn.Flatten())

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            features: Tensor = super().forward(x)  # type: ignore[no-untyped-call]
            return features
        return _folded(list(self)[:-2], x.transpose(1, 2)).mean(dim=1)


@register("ecg12net", leads=STANDARD_LEADS, samples=1024, min_leads=8)
class ECG12Net(nn.Module):
    """`(batch, leads, samples)`, samples a multiple of 64 -> `(batch,)` potassium in mEq/L.

    82 weighted layers: 79 convolutions in the trunk, one lead output, two for the attention. All leads
    share the weights. Every convolution is followed by batch normalization and ReLU. Each lead gives
    an estimate and an attention score (864 -> 8 -> 1); the answer is the mean of the leads' estimates
    weighted by the softmax of the scores over the leads. (The document's code took that softmax over
    an axis of size one, so every weight was 1.)

    `present`, `(batch, leads)` bool, leaves leads out of the softmax and so out of the answer; they are
    not computed. Every ECG needs at least one lead present (ValueError otherwise).
    """

    def __init__(
        self, leads: int = len(STANDARD_LEADS), output_bias_meq_l: float = 5.0, code: Code = "value"
    ) -> None:
        super().__init__()
        self.leads = leads
        self.trunk = Trunk()
        self.lead_output = PotassiumOutput(_FEATURES, code, output_bias_meq_l)
        self.attention = nn.Sequential(nn.Linear(_FEATURES, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        return self.lead_output.decode(self.scores(x, present))

    def scores(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """`(batch, scores)` of the output's code, weighted over the leads."""
        features = self._features(x, present)
        of_leads: Tensor = self.lead_output(features).float()
        return (self._weights(features, present).unsqueeze(2) * of_leads).sum(dim=1)

    def lead_attention(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        """How much each lead counts, `(batch, leads)`; rows sum to 1, absent leads get 0."""
        return self._weights(self._features(x, present), present)

    def _features(self, x: Tensor, present: Tensor | None) -> Tensor:
        """`(batch, leads, 864)`, zeros for absent leads. Leads are folded into the batch: one pass of the trunk for all."""
        require_shape(x, self.leads)
        if x.shape[2] == 0 or x.shape[2] % _STRIDE:
            raise ValueError(f"the length must be a multiple of {_STRIDE} samples, not {x.shape[2]}")
        if present is None:
            present = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        seen: Tensor = self.trunk(x[present].unsqueeze(1))
        features = seen.new_zeros(*x.shape[:2], _FEATURES)
        features[present] = seen
        return features

    def _weights(self, features: Tensor, present: Tensor | None) -> Tensor:
        scores: Tensor = self.attention(features).squeeze(2).float()
        if present is not None:
            if not bool(present.any(dim=1).all()):
                raise ValueError("at least one lead must be present in every ECG")
            scores = scores.masked_fill(~present, float("-inf"))
        return scores.softmax(dim=1)
