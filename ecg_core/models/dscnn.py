"""DSCNN: a compact depthwise-separable network for one cycle of lead II, and its twin of standard convolutions."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn

from ecg_core.models.potassium_output import Code, PotassiumOutput
from ecg_core.models.registry import register
from ecg_core.models.separable import CHANNELS, Convolution, convolution_blocks, steps_after
from ecg_core.models.shapes import require_shape


class _CycleCNN(nn.Module):
    """Three convolution blocks of the kind that a subclass names, dropout, one dense layer."""

    convolution: ClassVar[Convolution]

    def __init__(
        self,
        in_channels: int = 1,
        samples: int = 512,
        dropout: float = 0.2,
        output_bias_meq_l: float = 5.0,
        code: Code = "value",
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.samples = samples
        self.convolutions = convolution_blocks(in_channels, self.convolution)
        self.dropout = nn.Dropout(dropout)
        self.output = PotassiumOutput(steps_after(samples) * CHANNELS[-1], code, output_bias_meq_l)

    def forward(self, x: Tensor) -> Tensor:
        return self.output.decode(self.scores(x))

    def scores(self, x: Tensor) -> Tensor:
        """`(batch, scores)` of the output's code."""
        require_shape(x, self.in_channels, self.samples)
        scores: Tensor = self.output(self.dropout(self.convolutions(x).flatten(start_dim=1)))
        return scores


@register("dscnn", leads=("II",), samples=512)
class DSCNN(_CycleCNN):
    """`(batch, in_channels, samples)`, one z-scored cycle each -> `(batch,)` potassium in mEq/L.

    Follows "Deep-Learning-based Serum Potassium Level Prediction Using ECG Signal for Monitoring Hyperkalemia": a
    network compact enough for a small device, whose alarm is K above 5.5 mEq/L. The document shows its layers in a
    picture that is not kept; these are the blocks of `DCRNN`, its successor, with a dense layer for the LSTM.
    """

    convolution = "separable"


@register("dscnn_standard", leads=("II",), samples=512)
class StandardCNN(_CycleCNN):
    """`DSCNN` layer by layer with standard convolutions, to show what factorizing them saves."""

    convolution = "standard"
