"""ECG12Net: one DenseNet-like trunk over each of twelve leads, joined by attention over the leads.

Lin C-S et al., "A Deep-Learning Algorithm (ECG12Net) for Detecting Hypokalemia and Hyperkalemia by
Electrocardiography", JMIR Medical Informatics 2020;8(3):e15931.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, cast

import torch
from torch import Tensor, nn

from ecg_core.leads import STANDARD_LEADS
from ecg_core.models.potassium_output import Code, PotassiumOutput
from ecg_core.models.registry import register
from ecg_core.models.shapes import require_shape

_GROWTH = 32
_BOTTLENECK = 128
_STAGES = (3, 3, 6, 6, 3)  # dense units per stage
_STRIDE = 2 ** (1 + len(_STAGES))  # the stem and every pooling block halve the length
_SIGNALS_AT_ONCE = 12  # the leads of a crop; what more of them need does not stay in a processor's cache
_FEATURES = _GROWTH * (1 + len(_STAGES) + sum(_STAGES))  # 864

_Folded: TypeAlias = tuple[Tensor, Tensor]  # `(kernel, in_channels, out_channels)` and `(out_channels,)`


class ConvUnit(nn.Sequential):
    """Convolution, batch normalization, ReLU: `(batch, channels, samples)`.

    `folded` gives the same in evaluation mode for `(samples, batch, channels)` and kernels of 1 or 3, as matrix
    products with the normalization multiplied into the weights. With time first, the neighbours of all samples are
    one slice of memory, and nothing is padded or copied.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1) -> None:
        convolution = nn.Conv1d(
            in_channels, out_channels, kernel_size, stride, padding=kernel_size // 2, bias=False
        )
        super().__init__(convolution, nn.BatchNorm1d(out_channels), nn.ReLU())
        self._stride = stride
        self._remembered: tuple[list[tuple[int, int]], _Folded] | None = None

    def folded(self, x: Tensor) -> Tensor:
        taps, bias = self._folded_weights()
        here = x[:: self._stride]
        y = torch.addmm(bias, here.flatten(end_dim=1), taps[len(taps) // 2]).view(*here.shape[:2], -1)
        if len(taps) == 3:
            before, after = x[self._stride - 1 : -1 : self._stride], x[1 :: self._stride]
            # Autocast passes over what works in place.
            first, last = taps[0].to(y.dtype), taps[2].to(y.dtype)
            y[1:].flatten(end_dim=1).addmm_(before.flatten(end_dim=1), first)
            y[: len(after)].flatten(end_dim=1).addmm_(after.flatten(end_dim=1), last)
        return y.relu_()

    def _folded_weights(self) -> _Folded:
        """`_fold`, remembered until a tensor that it rests on changes; not where gradients are asked for.

        Tensors made in inference mode do not tell of changes.
        """
        tensors = self._tensors()
        if torch.is_grad_enabled() or any(tensor.is_inference() for tensor in tensors):
            return self._fold()
        state = [(tensor.data_ptr(), tensor._version) for tensor in tensors]
        if self._remembered is None or self._remembered[0] != state:
            self._remembered = state, self._fold()
        return self._remembered[1]

    def _fold(self) -> _Folded:
        weight, gain, shift, mean, variance = self._tensors()
        scale = gain / torch.sqrt(variance + cast(nn.BatchNorm1d, self[1]).eps)
        return (weight * scale[:, None, None]).permute(2, 1, 0).contiguous(), shift - mean * scale

    def _tensors(self) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """The convolution's weight, and weight, bias, mean and variance of the normalization."""
        convolution, normalization = self[0], self[1]
        assert isinstance(convolution, nn.Conv1d) and isinstance(normalization, nn.BatchNorm1d)
        mean, variance = normalization.running_mean, normalization.running_var
        assert mean is not None and variance is not None
        return convolution.weight, normalization.weight, normalization.bias, mean, variance


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
        return torch.cat([(x[::2] + x[1::2]) / 2, _folded(self.unit, x)], dim=2)


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
        return torch.cat([self._folded(signals) for signals in torch.split(x, _SIGNALS_AT_ONCE)])

    def _folded(self, x: Tensor) -> Tensor:
        """As `forward` in evaluation mode."""
        stem, *layers = list(self)[:-2]
        return _folded(layers, stem(x).permute(2, 0, 1).contiguous()).mean(dim=0)


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
