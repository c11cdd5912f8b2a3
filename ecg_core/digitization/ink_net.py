"""The network that tells trace from everything else on a page: a small U-Net (Ronneberger et al. 2015)."""

from __future__ import annotations

from torch import Tensor, nn

STRIDE = 16  # height and width of what it is fed are multiples of this
BLOCK = 2  # pixels each way that stand in the channels of one place
CLASSES = ("other", "trace", "pulse", "text")
_WIDTHS = (16, 32, 64, 96)  # channels at 1/2, 1/4, 1/8 and 1/16 of the resolution


class InkNet(nn.Module):
    """Pixels `(n, 3, height, width)` in 0 to 1 to one score per class and pixel `(n, 4, height, width)`.

    It works at half the resolution and finer detail lies in the channels (pixel shuffle, Shi et al. 2016): a page
    costs a quarter of what it would cost at full resolution, and the trace keeps its sub-pixel place.
    """

    def __init__(self) -> None:
        super().__init__()
        half, quarter, eighth, sixteenth = _WIDTHS
        self.enter = nn.Sequential(
            nn.PixelUnshuffle(BLOCK), _convolve(3 * BLOCK**2, half), _convolve(half, half)
        )
        self.down_4 = nn.Sequential(_convolve(half, quarter, stride=2), _convolve(quarter, quarter))
        self.down_8 = nn.Sequential(_convolve(quarter, eighth, stride=2), _convolve(eighth, eighth))
        # The widest view tells a pulse from a QRS and a name from a wave: dilation doubles its reach.
        self.down_16 = nn.Sequential(
            _convolve(eighth, sixteenth, stride=2),
            _convolve(sixteenth, sixteenth, dilation=2),
            _convolve(sixteenth, sixteenth, dilation=4),
        )
        self.up_8 = _Up(sixteenth, eighth)
        self.up_4 = _Up(eighth, quarter)
        self.up_2 = _Up(quarter, half)
        self.leave = nn.Sequential(
            nn.Conv2d(half, BLOCK**2 * len(CLASSES), 3, padding=1), nn.PixelShuffle(BLOCK)
        )

    def forward(self, pixels: Tensor) -> Tensor:
        """Scores, not yet probabilities; see the class."""
        return self.of_blocks(self.enter[0](pixels * 2 - 1))

    def of_blocks(self, blocks: Tensor) -> Tensor:
        """The same for pixels in -1 to 1 whose blocks of 2 x 2 stand in the channels, `(n, 12, height / 2, width / 2)`."""
        at_2 = self.enter[1:](blocks)
        at_4 = self.down_4(at_2)
        at_8 = self.down_8(at_4)
        at_8 = self.up_8(self.down_16(at_8), at_8)
        scores: Tensor = self.leave(self.up_2(self.up_4(at_8, at_4), at_2))
        return scores


class _Up(nn.Module):
    """Doubles the resolution and adds what the way down saw there."""

    def __init__(self, coarse: int, fine: int) -> None:
        super().__init__()
        self.narrow = nn.Conv2d(coarse, fine, 1)
        self.mix = _convolve(fine, fine)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        grown = nn.functional.interpolate(self.narrow(coarse), scale_factor=2, mode="nearest")
        mixed: Tensor = self.mix(grown.add_(fine))
        return mixed


def _convolve(channels_in: int, channels_out: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(
            channels_in, channels_out, 3, stride=stride, padding=dilation, dilation=dilation, bias=False
        ),
        nn.BatchNorm2d(channels_out),
        nn.ReLU(inplace=True),
    )
