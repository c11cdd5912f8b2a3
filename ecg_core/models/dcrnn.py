"""DCRNN: depthwise separable convolutions, then an LSTM (potassium from one cycle of lead II)."""

from __future__ import annotations

from torch import Tensor, nn

from ecg_core.models.potassium_output import Code, PotassiumOutput
from ecg_core.models.registry import register
from ecg_core.models.separable import CHANNELS, convolution_blocks, steps_after
from ecg_core.models.shapes import require_shape


@register("dcrnn", leads=("II",), samples=512)
class DCRNN(nn.Module):
    """`(batch, in_channels, samples)`, one z-scored cycle each -> `(batch,)` potassium in mEq/L.

    Follows the layer table of the document "Deep Learning based Serum potassium estimation": its LSTM
    output of 53 steps by 64 fits inputs of 509 to 512 samples, so 512 (1.024 s at 500 Hz) is used. The
    LSTM returns every step, not only the last one, because the table's dense layer takes 53 * 64 values.
    207,602 parameters for one lead. The final bias starts at `output_bias_meq_l`, so that training
    needs not first walk there at a small learning rate.
    """

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
        self.convolutions = convolution_blocks(in_channels, "separable")
        self.lstm = nn.LSTM(CHANNELS[-1], hidden_size=64, num_layers=3, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.output = PotassiumOutput(steps_after(samples) * 64, code, output_bias_meq_l)

    def forward(self, x: Tensor) -> Tensor:
        return self.output.decode(self.scores(x))

    def scores(self, x: Tensor) -> Tensor:
        """`(batch, scores)` of the output's code."""
        require_shape(x, self.in_channels, self.samples)
        steps, _ = self.lstm(self.convolutions(x).transpose(1, 2))
        scores: Tensor = self.output(self.dropout(steps.flatten(start_dim=1)))
        return scores
