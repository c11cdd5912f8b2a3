"""DCRNN: depthwise separable convolutions, then an LSTM (potassium from one cycle of lead II)."""

from __future__ import annotations

from torch import Tensor, nn

from ecg_core.models.registry import register
from ecg_core.models.shapes import require_shape

_PADDING = 32
_KERNELS = (368, 128, 32)
_CHANNELS = (64, 128, 256)


def _separable_block(in_channels: int, out_channels: int, kernel_size: int, pool: bool) -> nn.Sequential:
    layers: list[nn.Module] = [
        nn.Conv1d(in_channels, in_channels, kernel_size, padding=_PADDING, groups=in_channels),
        nn.Conv1d(in_channels, out_channels, kernel_size=1),
        nn.ReLU(),
        nn.BatchNorm1d(out_channels),
    ]
    return nn.Sequential(*layers, nn.MaxPool1d(2)) if pool else nn.Sequential(*layers)


def _steps_after_convolutions(samples: int) -> int:
    """Length that reaches the LSTM: 512 -> 209 -> 104 -> 41 -> 20 -> 53."""
    first, second, third = (2 * _PADDING - kernel + 1 for kernel in _KERNELS)
    return ((samples + first) // 2 + second) // 2 + third


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
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.samples = samples
        inputs = (in_channels, *_CHANNELS[:-1])
        self.convolutions = nn.Sequential(
            *(
                _separable_block(*sizes, pool=block < 2)
                for block, sizes in enumerate(zip(inputs, _CHANNELS, _KERNELS, strict=True))
            )
        )
        self.lstm = nn.LSTM(_CHANNELS[-1], hidden_size=64, num_layers=3, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(_steps_after_convolutions(samples) * 64, 1)
        nn.init.constant_(self.output.bias, output_bias_meq_l)

    def forward(self, x: Tensor) -> Tensor:
        require_shape(x, self.in_channels, self.samples)
        steps, _ = self.lstm(self.convolutions(x).transpose(1, 2))
        output: Tensor = self.output(self.dropout(steps.flatten(start_dim=1)))
        return output.squeeze(1).float()
