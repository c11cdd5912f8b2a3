"""Batches for the members of KaliumNet, changed anew in every epoch in ways that say nothing of potassium.

What is changed here comes after the simulation, so that no member can rely on traces of it: other gains, leads that
are missing, beats of another length, noise left in the median beat, small waves after T.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from ecg_core.annotation.types import CYCLE_R_INDEX
from ecg_core.datasets.prepared import PreparedECGs
from ecg_core.inference.measured import MEASURED_KEYS
from ecg_core.models.kalium_facts import FACTS, with_gain, without_leads
from ecg_core.models.kalium_net import at_250_hz
from ecg_core.training.batches import Batch, balanced_probability

GAIN_SPREAD, LEAD_GAIN_SPREAD = 0.15, 0.10  # SD of ln
LEADS_OFF_SHARE, MOST_LEADS_OFF = 0.25, 3
FACT_UNKNOWN_SHARE = 0.10
AFTER_QRS_SPREAD, BEFORE_QRS_SPREAD = 0.04, 0.03  # SD of ln of the length
SHIFT_MS = 4.0  # SD
NOISE_MV = (0.002, 0.03)  # range of SD
TILT_MV = 0.02  # SD
BUMP_MV, BUMP_SIGMA_MS = 0.03, (24.0, 88.0)
LOW_PASS_SHARE, LOW_PASS_SIGMA_MS = 0.5, (1.2, 7.0)

_R = CYCLE_R_INDEX // 2  # at 250 Hz
_MS = 0.25  # samples at 250 Hz
_QRS_BEFORE, _QRS_AFTER = round(40 * _MS), round(52 * _MS)  # from R: stays as long as it is


def facts_of(ecgs: PreparedECGs) -> Tensor:
    """`(n, len(FACTS))` float32, NaN where unknown."""
    columns = [MEASURED_KEYS.index(name) for name in FACTS]
    return torch.from_numpy(ecgs.measured[:, columns].astype(np.float32))


def beats_of(ecgs: PreparedECGs) -> Tensor:
    """Median beats `(n, 8, 256)` float16 in mV at 250 Hz."""
    return at_250_hz(torch.from_numpy(ecgs.median_mv.astype(np.float32))).half()


class FactsBatches:
    """Facts `(batch, len(FACTS))`, drawn so that the five potassium classes come equally often, and changed."""

    def __init__(self, facts: Tensor, k_meq_l: NDArray[np.float32], seed: int) -> None:
        self.facts, self.k_meq_l, self.seed = facts, torch.from_numpy(k_meq_l), seed
        self.probability = balanced_probability(k_meq_l)

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """As many examples as there are."""
        generator = torch.Generator().manual_seed(1_000 * self.seed + epoch)
        for rows in _drawn(self.probability, batch_size, [self.seed, epoch]):
            present = draw_present(len(rows), generator)
            yield varied_facts(self.facts[rows], present, generator), self.k_meq_l[rows]


class BeatBatches:
    """Packed beats and facts (`pack`), drawn and changed likewise."""

    def __init__(self, beats: Tensor, facts: Tensor, k_meq_l: NDArray[np.float32], seed: int) -> None:
        self.beats, self.facts, self.k_meq_l, self.seed = beats, facts, torch.from_numpy(k_meq_l), seed
        self.probability = balanced_probability(k_meq_l)

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """As many examples as there are."""
        generator = torch.Generator().manual_seed(1_000 * self.seed + epoch)
        for rows in _drawn(self.probability, batch_size, [self.seed, epoch]):
            present = draw_present(len(rows), generator)
            beats = varied_beats(self.beats[rows].float(), generator) * present[:, :, None]
            yield pack(beats, self.facts[rows]), self.k_meq_l[rows]


class UnchangedBatches:
    """Every row of `inputs` as it is, in order; for validation."""

    def __init__(self, inputs: Tensor, k_meq_l: NDArray[np.float32]) -> None:
        self.inputs, self.k_meq_l = inputs, torch.from_numpy(k_meq_l)

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """The same in every epoch."""
        yield from zip(
            torch.split(self.inputs, batch_size), torch.split(self.k_meq_l, batch_size), strict=True
        )


def pack(beats: Tensor, facts: Tensor) -> Tensor:
    """Beats `(batch, 8, 256)` and facts as one `(batch, 8 * 256 + facts)`, since a training loop knows one input."""
    return torch.cat([beats.flatten(start_dim=1).float(), facts], dim=1)


def unpack(inputs: Tensor) -> tuple[Tensor, Tensor]:
    """What was packed."""
    beats, facts = inputs[:, : -len(FACTS)], inputs[:, -len(FACTS) :]
    return beats.reshape(len(inputs), 8, -1), facts


def draw_present(n: int, generator: torch.Generator) -> Tensor:
    """Which leads are there, `(n, 8)` bool: in a quarter of the examples one to three are off."""
    n_off = torch.randint(1, MOST_LEADS_OFF + 1, (n, 1), generator=generator)
    n_off = n_off * (torch.rand(n, 1, generator=generator) < LEADS_OFF_SHARE)
    order = torch.rand(n, 8, generator=generator).argsort(dim=1).argsort(dim=1)
    return order >= n_off


def varied_facts(facts: Tensor, present: Tensor, generator: torch.Generator) -> Tensor:
    """At another gain, without the absent leads, and a tenth of what is left unknown."""
    gain = (GAIN_SPREAD * torch.randn(len(facts), 1, generator=generator)).exp()
    unknown = torch.rand(facts.shape, generator=generator) < FACT_UNKNOWN_SHARE
    return without_leads(with_gain(facts, gain), present).masked_fill(unknown, torch.nan)


def varied_beats(beats: Tensor, generator: torch.Generator) -> Tensor:
    """`(batch, 8, 256)` as long and as high as in others, through another device; absent leads stay zeros."""
    present = beats.any(dim=2, keepdim=True)
    beats = _warped(beats, generator)
    gain = GAIN_SPREAD * torch.randn(len(beats), 1, 1, generator=generator)
    gain = gain + LEAD_GAIN_SPREAD * torch.randn(len(beats), 8, 1, generator=generator)
    beats = _low_passed(beats * gain.exp(), generator)
    return (beats + _noise(beats, generator) + _tilt(beats, generator) + _bump(beats, generator)) * present


def _drawn(probability: NDArray[np.float64], batch_size: int, seed: list[int]) -> Iterator[NDArray[np.int64]]:
    rows = np.random.default_rng(seed).choice(len(probability), len(probability), p=probability)
    for start in range(0, len(rows) - 1, batch_size):
        yield rows[start : start + batch_size]


def _warped(beats: Tensor, generator: torch.Generator) -> Tensor:
    """Longer or shorter before and after the QRS, and R a little beside its place."""
    n, _, samples = beats.shape
    after = (AFTER_QRS_SPREAD * torch.randn(n, 1, generator=generator)).exp()
    before = (BEFORE_QRS_SPREAD * torch.randn(n, 1, generator=generator)).exp()
    from_r = (torch.arange(samples) - _R).float().expand(n, -1)
    source = from_r.clamp(-_QRS_BEFORE, _QRS_AFTER)
    source = (
        source + (from_r - _QRS_AFTER).clamp_min(0) / after + (from_r + _QRS_BEFORE).clamp_max(0) / before
    )
    source = source + SHIFT_MS * _MS * torch.randn(n, 1, generator=generator)
    place = (source + _R) / (samples - 1) * 2 - 1
    grid = torch.stack([place, torch.zeros_like(place)], dim=2)[:, None]
    return functional.grid_sample(beats[:, :, None], grid, align_corners=True)[:, :, 0]


def _low_passed(beats: Tensor, generator: torch.Generator) -> Tensor:
    """Half of the batches through a Gaussian low-pass."""
    if torch.rand(1, generator=generator) >= LOW_PASS_SHARE:
        return beats
    least, most = (limit * _MS for limit in LOW_PASS_SIGMA_MS)
    sigma = least + (most - least) * torch.rand(1, generator=generator)
    kernel = torch.exp(-0.5 * (torch.arange(-6.0, 7.0) / sigma) ** 2)
    kernel = (kernel / kernel.sum()).expand(beats.shape[1], 1, -1)
    return functional.conv1d(beats, kernel, padding=6, groups=beats.shape[1])


def _noise(beats: Tensor, generator: torch.Generator) -> Tensor:
    low, high = (math.log(limit) for limit in NOISE_MV)
    strength = (low + (high - low) * torch.rand(len(beats), 1, 1, generator=generator)).exp()
    strength = strength * (0.4 * torch.randn(len(beats), beats.shape[1], 1, generator=generator)).exp()
    white = torch.randn(beats.shape, generator=generator)
    return strength * math.sqrt(3.0) * functional.avg_pool1d(white, 3, stride=1, padding=1)


def _tilt(beats: Tensor, generator: torch.Generator) -> Tensor:
    """A slope and a slow wave in each lead."""
    n, leads, samples = beats.shape
    time = torch.linspace(-1.0, 1.0, samples)
    slope, height, phase = (torch.randn(n, leads, 1, generator=generator) for _ in range(3))
    return TILT_MV * (slope * time + height * torch.sin(3.0 * time + 3.0 * phase))


def _bump(beats: Tensor, generator: torch.Generator) -> Tensor:
    """One low bell somewhere after the QRS, mostly alike in all leads."""
    n, leads, samples = beats.shape
    centre = _R + 20 + (samples - _R - 20) * torch.rand(n, 1, 1, generator=generator)
    least, most = (limit * _MS for limit in BUMP_SIGMA_MS)
    sigma = least + (most - least) * torch.rand(n, 1, 1, generator=generator)
    common = torch.randn(n, 1, 1, generator=generator)
    own = 0.6 * torch.randn(n, leads, 1, generator=generator)
    bell = torch.exp(-0.5 * ((torch.arange(samples) - centre) / sigma) ** 2)
    return BUMP_MV * (common + own) * bell
