"""A site's ECGs as what a checkpoint's network is fed, made as at inference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from ecg_core.datasets.potassium import LabelledECG
from ecg_core.datasets.site_ecg import SiteECG
from ecg_core.errors import ECGError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.card import Card
from ecg_core.inference.predict import AnnotatedECG, model_input
from ecg_core.inference.reasons import lead_has_signal
from ecg_core.inference.types import ModelInput
from ecg_core.leads import INDEPENDENT_LEADS
from ecg_core.models import MODELS
from ecg_core.training.batches import Batch, balanced_probability

ITEMS_PER_ECG = 4  # cycles or crops; more of the same ECG teach little

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class SiteInputs:
    """`signal` `(items, leads, samples)` float16, `k_meq_l` `(items,)` float32; `simulated`: no ECG is a patient's.

    `facts` `(items, facts)` float32, NaN where unknown; no columns for a model that is fed none.
    """

    signal: NDArray[np.float16]
    facts: NDArray[np.float32]
    k_meq_l: NDArray[np.float32]
    n_ecgs: int
    n_patients: int
    simulated: bool


class BalancedBatches:
    """Draws of items so that the five potassium classes are equally frequent, as many as there are items.

    For a network that is fed facts the inputs are a pair, signal and facts. Without the draws a network learns that
    nearly everybody's potassium is normal. Validation is drawn in the same way, and is the same in every epoch, since
    it is always asked for epoch 0.
    """

    def __init__(self, inputs: SiteInputs, seed: int) -> None:
        self.inputs, self.seed = inputs, seed
        self.probability = balanced_probability(inputs.k_meq_l)

    def batches(self, batch_size: int, epoch: int) -> Iterator[Batch]:
        """One epoch."""
        n = len(self.inputs.k_meq_l)
        rows = np.random.default_rng([self.seed, epoch]).choice(n, size=n, p=self.probability)
        for start in range(0, n, batch_size):
            chosen = rows[start : start + batch_size]
            signal = torch.from_numpy(self.inputs.signal[chosen].astype(np.float32))
            facts = torch.from_numpy(self.inputs.facts[chosen])
            fed = (signal, facts) if facts.shape[1] else signal
            yield fed, torch.from_numpy(self.inputs.k_meq_l[chosen])


def readable(ecgs: Iterable[SiteECG], say: Say) -> Iterator[LabelledECG]:
    """Those with a potassium value whose file can be read; `say` is told of the others' files."""
    for ecg in ecgs:
        if not ecg.potassium.is_value:
            continue
        try:
            yield ecg.labelled()
        except ECGError as error:
            say(f"left out {ecg.record_id}: {error}")


def site_inputs(card: Card, ecgs: Iterable[SiteECG], say: Say) -> SiteInputs:
    """Items of every ECG that has all of the model's leads. Raises ECGError when there is none."""
    signals, facts, used = [], [], []
    for ecg in readable(ecgs, say):
        items = _items(card, ecg)
        if items is None:
            say(f"left out {ecg.record_id}: it holds no beat or stretch of {', '.join(card.inputs.leads)}")
            continue
        signals.append(items.signal.astype(np.float16))
        facts.append(np.empty((len(items.signal), 0), np.float32) if items.facts is None else items.facts)
        used.append(ecg)
    if not used:
        raise ECGError(
            f"None of the ECGs can be given to {card.title}; it needs {', '.join(card.inputs.leads)}."
        )
    return SiteInputs(
        np.concatenate(signals),
        np.concatenate(facts),
        np.repeat([ecg.k_meq_l for ecg in used], [len(items) for items in signals]).astype(np.float32),
        len(used),
        len({ecg.patient_id for ecg in used}),
        all(ecg.record.simulated for ecg in used),
    )


def with_all_leads(ecgs: Iterable[LabelledECG], key: str, say: Say) -> Iterator[LabelledECG]:
    """Those that have the leads of architecture `key`; leads that it does not see are added, blank, where absent."""
    for ecg in ecgs:
        if not set(MODELS[key].leads) <= set(ecg.record.leads):
            say(
                f"left out {ecg.record_id}: it lacks {', '.join(set(MODELS[key].leads) - set(ecg.record.leads))}"
            )
            continue
        absent = [lead for lead in INDEPENDENT_LEADS if lead not in ecg.record.leads]
        blank = np.full((len(absent), ecg.record.n_samples), np.nan, np.float32)
        signal_mv = np.concatenate([ecg.record.signal_mv, blank])
        record = replace(ecg.record, signal_mv=signal_mv, leads=(*ecg.record.leads, *absent))
        yield replace(ecg, record=record)


def _items(card: Card, ecg: LabelledECG) -> ModelInput | None:
    try:
        filtered = filter_record(ecg.record).record
    except ECGError:
        return None
    if not all(lead_has_signal(filtered, lead) for lead in card.inputs.leads):
        return None
    seen = AnnotatedECG.as_trained(filtered, assess_quality(ecg.record, filtered))
    inputs = model_input(card, seen) if seen.annotation.n_beats else None
    if inputs is None:
        return None
    n_items = len(inputs.signal)
    chosen = np.linspace(0, n_items - 1, min(n_items, ITEMS_PER_ECG)).round().astype(int)
    facts = None if inputs.facts is None else inputs.facts[chosen]
    return replace(inputs, signal=inputs.signal[chosen], facts=facts)
