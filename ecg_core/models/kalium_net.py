"""KaliumNet: potassium from the median beats of eight leads and from what is measured in them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.models.kalium_facts import FACTS, OF_RECORD, over_leads, without_leads
from ecg_core.models.registry import register
from ecg_core.models.shapes import require_shape

SAMPLES = 512
MIN_LEADS = 5
LEVELS_MEQ_L = tuple(2.0 + 0.5 * step for step in range(16))  # 2.0 to 9.5

_N_LEADS = len(INDEPENDENT_LEADS)
_LARGEST_MV = 3.0
_LARGEST_DEVIATION = 4.0  # in standard deviations, of a measurement
_USUAL_RATE_BPM, _RATES_BPM = 80.0, (20.0, 300.0)
_START_SD_MEQ_L = 1.0


def _output_layer(inputs: int, start_meq_l: float) -> nn.Linear:
    """Scores of `LEVELS_MEQ_L` that begin as a bell around `start_meq_l`."""
    layer = nn.Linear(inputs, len(LEVELS_MEQ_L))
    with torch.no_grad():
        layer.bias.copy_(-0.5 * ((torch.tensor(LEVELS_MEQ_L) - start_meq_l) / _START_SD_MEQ_L) ** 2)
    return layer


class FactsMember(nn.Module):
    """Measurements `(batch, len(FACTS))`, NaN where unknown -> scores of `LEVELS_MEQ_L` `(batch, 16)`.

    Measurements and their summaries over the leads are centred and scaled by median and quartiles; two layers of 96
    and 48 see them beside which of them are unknown.
    """

    centre: Tensor
    scale: Tensor

    def __init__(self, output_bias_meq_l: float = 5.0) -> None:
        super().__init__()
        n = described(torch.full((1, len(FACTS)), 60.0)).shape[1]
        self.register_buffer("centre", torch.zeros(n))
        self.register_buffer("scale", torch.ones(n))
        self.layers = nn.Sequential(
            nn.Linear(2 * n, 96),
            nn.SiLU(),
            nn.Dropout(0.2),
            nn.Linear(96, 48),
            nn.SiLU(),
            nn.Dropout(0.2),
            _output_layer(48, output_bias_meq_l),
        )

    @torch.no_grad()
    def fit_scale(self, facts: Tensor) -> None:
        """Take centre and scale from the training set; what is never known there keeps 0 and 1."""
        probabilities = torch.tensor([0.25, 0.5, 0.75])
        low, middle, high = described(facts).nanquantile(probabilities, dim=0)
        self.centre.copy_(middle.nan_to_num(0.0))
        self.scale.copy_(((high - low) / 1.349).nan_to_num(1.0).clamp_min(1e-3))

    def forward(self, facts: Tensor) -> Tensor:
        return self.of_described(described(facts))

    def of_described(self, described_facts: Tensor) -> Tensor:
        """The scores of facts that were `described` already."""
        deviations = (described_facts - self.centre) / self.scale
        unknown = ~deviations.isfinite()
        bounded = deviations.clamp(-_LARGEST_DEVIATION, _LARGEST_DEVIATION).masked_fill(unknown, 0.0)
        scores: Tensor = self.layers(torch.cat([bounded, unknown.to(bounded)], dim=1))
        return scores


class ResidualBlock(nn.Module):
    """Two convolutions beside an averaging shortcut; halves the length. `(batch, c, n)` -> `(batch, out, n / 2)`."""

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int = 7) -> None:
        super().__init__()
        padding = kernel_size // 2
        self.body = nn.Sequential(
            nn.Conv1d(in_channels, out_channels, kernel_size, stride=2, padding=padding, bias=False),
            nn.BatchNorm1d(out_channels),
            nn.ReLU(),
            nn.Conv1d(out_channels, out_channels, kernel_size, padding=padding, bias=False),
            nn.BatchNorm1d(out_channels),
        )
        self.shortcut = nn.Sequential(
            nn.AvgPool1d(2), nn.Conv1d(in_channels, out_channels, kernel_size=1, bias=False)
        )

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.body(x) + self.shortcut(x))


class BeatMember(nn.Module):
    """Median beats `(batch, 8, 256)` in mV at 250 Hz, which leads are present, and facts -> scores of `LEVELS_MEQ_L` `(batch, 16)`.

    A residual network over all leads at once; of the facts it is told the heart rate alone, with which QT changes.
    """

    def __init__(
        self, output_bias_meq_l: float = 5.0, channels: tuple[int, ...] = (24, 32, 48, 64, 96)
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv1d(_N_LEADS, channels[0], kernel_size=15, stride=2, padding=7, bias=False),
            nn.BatchNorm1d(channels[0]),
            nn.ReLU(),
        )
        self.blocks = nn.Sequential(*(ResidualBlock(*pair) for pair in pairwise(channels)))
        self.dropout = nn.Dropout(0.3)
        self.layers = nn.Sequential(
            nn.Linear(2 * channels[-1] + _N_LEADS + 1, 64), nn.SiLU(), _output_layer(64, output_bias_meq_l)
        )

    def forward(self, x: Tensor, present: Tensor, facts: Tensor) -> Tensor:
        maps = self.blocks(self.stem(x.clamp(-_LARGEST_MV, _LARGEST_MV)))
        seen = self.dropout(torch.cat([maps.mean(dim=2), maps.amax(dim=2)], dim=1))
        rate_bpm = facts[:, OF_RECORD.index("heart_rate_bpm")].nan_to_num(_USUAL_RATE_BPM)
        log_rr = (60.0 / rate_bpm.clamp(*_RATES_BPM)).log()[:, None]
        scores: Tensor = self.layers(torch.cat([seen, present.to(seen) - 1.0, log_rr.to(seen)], dim=1))
        return scores


@register("kalium_net", leads=INDEPENDENT_LEADS, samples=SAMPLES, n_facts=len(FACTS), min_leads=MIN_LEADS)
class KaliumNet(nn.Module):
    """Median beats `(batch, 8, 512)` in mV and `FACTS` `(batch, 143)`, NaN where unknown -> `(batch,)` potassium in mEq/L.

    An architecture of our own: the mean of `members` networks that see the shape of the beats (`BeatMember`) and as
    many that see measurements only (`FactsMember`). Each gives a probability to every level of `LEVELS_MEQ_L`; the
    estimate is their mean. The members differ in their seeds. `present` `(batch, 8)` bool names the leads that are
    there; feed zeros for the others. What was measured in an absent lead does not count.
    """

    def __init__(self, members: int = 3, output_bias_meq_l: float = 5.0) -> None:
        super().__init__()
        self.facts_members = nn.ModuleList(FactsMember(output_bias_meq_l) for _ in range(members))
        self.beat_members = nn.ModuleList(BeatMember(output_bias_meq_l) for _ in range(members))

    def forward(self, x: Tensor, facts: Tensor, present: Tensor | None = None) -> Tensor:
        return _mean_level(self.level_probabilities(x, facts, present))

    def level_probabilities(self, x: Tensor, facts: Tensor, present: Tensor | None = None) -> Tensor:
        """How probable each of `LEVELS_MEQ_L` is, as learned, not calibrated; `(batch, 16)`."""
        require_shape(x, _N_LEADS, SAMPLES)
        if present is None:
            present = torch.ones(x.shape[:2], dtype=torch.bool)
        facts, beats = without_leads(facts, present), at_250_hz(x)
        described_facts = described(facts)  # once for all members
        facts_members = cast(Iterable[FactsMember], self.facts_members)
        scores = [member.of_described(described_facts) for member in facts_members]
        scores += [member(beats, present, facts) for member in self.beat_members]
        return torch.stack(scores).float().softmax(dim=2).mean(dim=0)


def described(facts: Tensor) -> Tensor:
    """Facts and their summaries over the leads, `(batch, n)`; NaN where unknown."""
    both = torch.cat([facts, over_leads(facts)], dim=1)
    return torch.where(both.isfinite(), both, torch.nan)


def at_250_hz(beats: Tensor) -> Tensor:
    """Pairs of samples averaged: `(batch, leads, 512)` -> `(batch, leads, 256)`. Waves end well below 125 Hz."""
    return functional.avg_pool1d(beats, 2)


def expected_meq_l(scores: Tensor) -> Tensor:
    """The mean potassium `(batch,)` under the scores of one member `(batch, 16)`."""
    return _mean_level(scores.softmax(dim=1))


def _mean_level(probabilities: Tensor) -> Tensor:
    return (probabilities * probabilities.new_tensor(LEVELS_MEQ_L)).sum(dim=1)
