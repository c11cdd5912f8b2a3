"""Batches of labelled 12-lead ECGs, altered at random in the ways that change no label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecg_core.datasets.twelve_lead import PreparedTwelveLead

MEAN_AGE_YEARS, STD_AGE_YEARS = 60.0, 17.0  # the unit of the age output; any near the training set's will do


@dataclass(frozen=True)
class Alterations:
    """How far an example is altered; a share of 0 leaves it out."""

    lead_drop_share: float = 0.5  # of the examples lose leads, from one to eleven of them
    gain_sd: float = 0.15  # of the logarithm, each lead by itself
    shift_samples: int = 2
    noise_sd: float = 0.05  # in spreads of a lead
    fact_noise_sd: float = 0.05  # in standard deviations over the records
    fact_drop_share: float = 0.05
    mixup_alpha: float = 0.3  # Zhang et al., ICLR 2018


@dataclass(frozen=True, eq=False)
class Batch:
    """`inputs` are what the network takes, in its order; `target` `(batch, 12)` six findings, age, five superclasses; `known` where."""

    inputs: tuple[Tensor, ...]
    target: Tensor
    known: Tensor


@dataclass(frozen=True, eq=False)
class TwelveLeadExamples:
    """Labelled ECGs as tensors: `x` `(n, 12, samples)` is the ten seconds, or the median beat where `facts` stand beside it."""

    x: Tensor
    mask: Tensor
    facts: Tensor | None
    target: Tensor

    @classmethod
    def of(cls, prepared: PreparedTwelveLead, measured: bool, device: torch.device) -> TwelveLeadExamples:
        """Signals stay in thousandths, int16, until a batch needs them."""
        age = (prepared.age_years - MEAN_AGE_YEARS) / STD_AGE_YEARS
        target = np.concatenate([prepared.findings, age[:, None], prepared.superclasses], axis=1)
        return cls(
            torch.from_numpy(prepared.beat if measured else prepared.signal).to(device),
            torch.from_numpy(prepared.mask).to(device),
            torch.from_numpy(prepared.facts).to(device) if measured else None,
            torch.from_numpy(target.astype(np.float32)).to(device),
        )

    def plain(self, rows: NDArray[np.int64]) -> Batch:
        """These examples as they are."""
        index = torch.from_numpy(rows).to(self.x.device)
        x, mask = self.x[index].float() / 1000, self.mask[index]
        target = self.target[index]
        facts = () if self.facts is None else (self.facts[index],)
        return Batch((x, mask, *facts), target.nan_to_num(nan=0.0), ~target.isnan())

    def altered(self, rows: NDArray[np.int64], how: Alterations, rng: torch.Generator) -> Batch:
        """These examples, altered."""
        plain = self.plain(rows)
        x, mask, *facts = plain.inputs
        x = _altered_signal(x, how, rng)
        mask = _fewer_leads(mask, how.lead_drop_share, rng)
        x, target, known, share, partner = _mixed(x, plain, how.mixup_alpha, rng)
        if not facts:
            return Batch((x, mask), target, known)
        noisy = _altered_facts(facts[0], how, rng)
        other = noisy[partner]
        both = torch.where(noisy.isnan() | other.isnan(), noisy, share * noisy + (1 - share) * other)
        return Batch((x, mask, both), target, known)


def epoch_rows(n: int, batch_size: int, seed: int, epoch: int) -> Iterator[NDArray[np.int64]]:
    """The rows of each batch of one epoch, in an order of its own; what does not fill a batch is left out."""
    order = np.random.default_rng([seed, epoch]).permutation(n)
    for start in range(0, n - batch_size + 1, batch_size):
        yield order[start : start + batch_size]


def _altered_signal(x: Tensor, how: Alterations, rng: torch.Generator) -> Tensor:
    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=rng).to(x.device)

    gain = torch.exp(how.gain_sd * normal(len(x), x.shape[1], 1))
    reach = how.shift_samples
    shift = int(torch.randint(-reach, reach + 1, (1,), generator=rng))
    level = 2 * how.noise_sd * torch.rand(len(x), 1, 1, generator=rng).to(x.device)
    return torch.roll(x * gain, shift, dims=2) + level * normal(*x.shape)


def _fewer_leads(mask: Tensor, share: float, rng: torch.Generator) -> Tensor:
    """Some examples lose leads; each keeps one at least."""
    n, leads = mask.shape
    loses = torch.rand(n, 1, generator=rng) < share
    kept = torch.rand(n, leads, generator=rng) < torch.rand(n, 1, generator=rng)
    kept[torch.arange(n), torch.randint(leads, (n,), generator=rng)] = True
    return mask & (kept | ~loses).to(mask.device)


def _altered_facts(facts: Tensor, how: Alterations, rng: torch.Generator) -> Tensor:
    spread = (facts - facts.nanmean(0)).square().nanmean(0).sqrt().nan_to_num(nan=0.0)
    noise = torch.randn(facts.shape, generator=rng).to(facts.device)
    dropped = (torch.rand(facts.shape, generator=rng) < how.fact_drop_share).to(facts.device)
    return (facts + how.fact_noise_sd * spread * noise).masked_fill(dropped, torch.nan)


def _mixed(
    x: Tensor, plain: Batch, alpha: float, rng: torch.Generator
) -> tuple[Tensor, Tensor, Tensor, float, Tensor]:
    """Every example with a share of another; what is known of both stays known."""
    partner = torch.randperm(len(x), generator=rng).to(x.device)
    if alpha <= 0:
        return x, plain.target, plain.known, 1.0, partner
    share = float(np.random.default_rng(int(torch.randint(2**31, (1,), generator=rng))).beta(alpha, alpha))
    share = max(share, 1 - share)
    target = share * plain.target + (1 - share) * plain.target[partner]
    return (
        share * x + (1 - share) * x[partner],
        target,
        plain.known & plain.known[partner],
        share,
        partner,
    )
