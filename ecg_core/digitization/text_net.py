"""The network that reads one piece of print: which lead's name it is, if any, and its characters.

Fully convolutional along the line. One head names the lead, the other gives characters by connectionist temporal
classification (Graves et al., ICML 2006, doi:10.1145/1143844.1143891).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ecg_core.leads import STANDARD_LEADS
from ecg_core.network_files import NETWORKS, load_into

INVERTED = "-aVR"  # of the Cabrera order
LEAD_NAMES = (*STANDARD_LEADS, INVERTED, "V7", "V8", "V9", "V3R", "V4R")
CHARACTERS = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,:;/-+()|=%*~'#_"
NOT_A_NAME = len(LEAD_NAMES)  # the last class
BLANK = 0  # character k of CHARACTERS is class k + 1
CROP_HEIGHT_PX = 32
STRIDE_PX = 2  # crop pixels per frame of the character head
WEIGHTS_FOLDER = NETWORKS / "digitization" / "printed_text"


class Reading(NamedTuple):
    """Logits: `leads` `(n, 1 + leads)`, `characters` `(n, frames, 1 + characters)`."""

    leads: Tensor
    characters: Tensor


def _block(inputs: int, outputs: int, stride: tuple[int, int] = (1, 1)) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
    )


class _AlongTheLine(nn.Module):
    """A residual convolution along the line, which sees the neighbouring characters."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(channels, channels, 5, padding=2 * dilation, dilation=dilation, bias=False),
            nn.BatchNorm1d(channels),
            nn.ReLU(),
        )

    def forward(self, frames: Tensor) -> Tensor:
        """`(n, channels, frames)`, unchanged in shape."""
        return frames + self.body(frames)


class TextNet(nn.Module):
    """Crops `(n, 2, 32, width)`, darkness and text probability, to a `Reading` of `width / 2` frames."""

    def __init__(self) -> None:
        super().__init__()
        self.glyphs = nn.Sequential(
            _block(2, 24, (2, 2)),
            _block(24, 32, (2, 1)),
            _block(32, 48),
            _block(48, 64, (2, 1)),
            _block(64, 64),
        )
        self.columns = nn.Sequential(
            nn.Conv2d(64, 128, (CROP_HEIGHT_PX // 8, 3), padding=(0, 1), bias=False),
            nn.BatchNorm2d(128),
            nn.ReLU(),
        )
        self.line = nn.Sequential(*(_AlongTheLine(128, dilation) for dilation in (1, 2, 4)))
        self.lead_head = nn.Linear(2 * 128, 1 + len(LEAD_NAMES))
        self.character_head = nn.Linear(128, 1 + len(CHARACTERS))

    def forward(self, crops: Tensor, widths_px: Tensor) -> Reading:
        """Read crops that are padded on the right; `widths_px` `(n,)` is how wide each really is."""
        frames = self.line(self.columns(self.glyphs(crops)).squeeze(2))
        valid = _valid(widths_px, frames.shape[-1])[:, None]
        mean = (frames * valid).sum(-1) / valid.sum(-1)
        peak = frames.masked_fill(~valid, -torch.inf).amax(-1)
        leads = self.lead_head(torch.cat([mean, peak], dim=1))
        return Reading(leads, self.character_head(frames.transpose(1, 2)))


def _valid(widths_px: Tensor, n_frames: int) -> Tensor:
    """`(n, frames)`: which frames lie within their crop."""
    return torch.arange(n_frames, device=widths_px.device) < frames_of(widths_px)[:, None]


def frames_of(widths_px: Tensor) -> Tensor:
    """How many frames a crop of this width has."""
    return (widths_px + STRIDE_PX - 1) // STRIDE_PX


@cache
def text_net() -> TextNet:
    """The trained network, ready to answer. Raises CheckpointError when its weights are missing or altered."""
    return load_into(TextNet(), WEIGHTS_FOLDER)


def decode(characters: Tensor, widths_px: Tensor) -> list[tuple[str, float]]:
    """The best path of each crop: the text, and the geometric mean of its characters' probabilities (0 if empty)."""
    log_p, best = functional.log_softmax(characters.float(), dim=-1).max(dim=-1)
    before = functional.pad(best[:, :-1], (1, 0), value=BLANK)
    kept = (best != BLANK) & (best != before) & _valid(widths_px, best.shape[1])
    readings = []
    for classes, log_probabilities, keep in zip(best, log_p, kept, strict=True):
        text = "".join(CHARACTERS[k - 1] for k in classes[keep].tolist())
        readings.append((text, float(log_probabilities[keep].mean().exp()) if text else 0.0))
    return readings
