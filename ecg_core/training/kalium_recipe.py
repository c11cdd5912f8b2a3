"""How KaliumNet is trained: its members one after another, each with its own seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from ecg_core.datasets.prepared import PreparedECGs
from ecg_core.models.kalium_net import LEVELS_MEQ_L, BeatMember, FactsMember, KaliumNet, expected_meq_l
from ecg_core.training.kalium_batches import (
    BeatBatches,
    FactsBatches,
    UnchangedBatches,
    beats_of,
    facts_of,
    pack,
    unpack,
)
from ecg_core.training.loop import Epoch, Report, Stage, rate_words, run_stage

if TYPE_CHECKING:
    from ecg_core.training.recipes import Recipe

MEMBERS = 3  # of each kind

_TARGET_SD_MEQ_L = 0.5  # a level is right half way to its neighbour too
_HUBER_WEIGHT = 0.3


def level_loss(scores: Tensor, k_meq_l: Tensor) -> Tensor:
    """Cross entropy with a Gaussian around the true potassium, and a little Huber loss of the mean (delta 1 mEq/L)."""
    levels = scores.new_tensor(LEVELS_MEQ_L)
    target = (-0.5 * ((levels - k_meq_l[:, None]) / _TARGET_SD_MEQ_L) ** 2).softmax(dim=1)
    cross_entropy = functional.cross_entropy(scores, target)
    return cross_entropy + _HUBER_WEIGHT * functional.huber_loss(expected_meq_l(scores), k_meq_l)


def facts_loss(member: nn.Module, facts: Tensor, k_meq_l: Tensor) -> Tensor:
    """`level_loss` of a `FactsMember`."""
    return level_loss(member(facts).float(), k_meq_l)


def beat_loss(member: nn.Module, inputs: Tensor, k_meq_l: Tensor) -> Tensor:
    """`level_loss` of a `BeatMember`, from packed beats and facts."""
    beats, facts = unpack(inputs)
    return level_loss(member(beats, beats.any(dim=2), facts).float(), k_meq_l)


FACTS_STAGE = Stage("facts", facts_loss, 2e-3, 128, epochs=15, patience=15, anneal=True, clip_norm=2.0)
BEATS_STAGE = Stage("beats", beat_loss, 2e-3, 128, epochs=14, patience=14, anneal=True, clip_norm=2.0)
STAGES = tuple(  # of member 0, of member 1, ...
    replace(stage, name=f"{stage.name}-{index}")
    for index in range(MEMBERS)
    for stage in (FACTS_STAGE, BEATS_STAGE)
)
WORDS = (
    f"{MEMBERS} members on measurements ({FACTS_STAGE.epochs} passes) and {MEMBERS} on median beats ({BEATS_STAGE.epochs} passes),"
    f" Adam {rate_words(BEATS_STAGE)} with cosine decay, batch {BEATS_STAGE.batch_size}, cross entropy over levels of 0.5 mEq/L"
    " and Huber loss; five potassium classes equally frequent; gain, length, noise, filters, small waves and missing leads"
    " varied at random; best validation loss kept"
)


def train_kalium_net(
    recipe: Recipe, train: PreparedECGs, validation: PreparedECGs, folder: Path, report: Report, seed: int
) -> tuple[nn.Module, list[Epoch]]:
    """Every member by itself; the seed decides weights, order and changes, `seed + i` those of member i."""
    return train_members(recipe.stages, train, validation, folder, report, seed)


def train_members(
    stages: Sequence[Stage],
    train: PreparedECGs,
    validation: PreparedECGs,
    folder: Path,
    report: Report,
    seed: int,
) -> tuple[KaliumNet, list[Epoch]]:
    """As many members of each kind as there are pairs of `stages`: on facts, then on beats."""
    facts, unseen_facts = facts_of(train), facts_of(validation)
    beats, unseen_beats = beats_of(train), beats_of(validation)
    of_facts = UnchangedBatches(unseen_facts, validation.k_meq_l)
    of_beats = UnchangedBatches(pack(unseen_beats, unseen_facts), validation.k_meq_l)
    model, history = KaliumNet(len(stages) // 2), []
    for index, (facts_stage, beats_stage) in enumerate(zip(stages[::2], stages[1::2], strict=True)):
        member_seed = seed + index
        torch.manual_seed(member_seed)
        facts_member, beat_member = FactsMember(), BeatMember()
        facts_member.fit_scale(facts)
        facts_batches = FactsBatches(facts, train.k_meq_l, member_seed)
        history += run_stage(facts_stage, facts_member, facts_batches, of_facts, folder, report)
        beat_batches = BeatBatches(beats, facts, train.k_meq_l, member_seed)
        history += run_stage(beats_stage, beat_member, beat_batches, of_beats, folder, report)
        model.facts_members[index], model.beat_members[index] = facts_member, beat_member
    return model.eval(), history
