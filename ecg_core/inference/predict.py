"""A checkpoint's estimate for one annotated ECG, or why there is none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.cycles import cut_cycles
from ecg_core.annotation.types import Annotation, Cycles
from ecg_core.errors import CheckpointError
from ecg_core.filtering.quality import QualityReport
from ecg_core.filtering.quality_seconds import blank_seconds
from ecg_core.inference.appearance import appearance
from ecg_core.inference.calibrated import apply_calibration
from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.familiar import distance
from ecg_core.inference.inputs import crop_input, cycle_input, median_beat_input
from ecg_core.inference.measured import MEASURED_KEYS, PATIENT_FACTS, measured_row, patient_row
from ecg_core.inference.reasons import Seen, lead_has_signal, reasons_to_distrust
from ecg_core.inference.types import ModelInput, Prediction
from ecg_core.models import MODELS
from ecg_core.record import ECGRecord
from ecg_core.rhythm.facts import rhythm_facts
from ecg_core.rhythm.types import RhythmFacts

ITEMS_AT_ONCE = 256  # a day has 100,000 beats: all at once would need many gigabytes


@dataclass(frozen=True, eq=False)
class AnnotatedECG:
    """What a prediction is made from: the filtered record and what is known about it."""

    filtered: ECGRecord
    quality: QualityReport
    annotation: Annotation
    cycles: dict[str, Cycles]
    rhythm: RhythmFacts | None = None  # None where it was not looked at

    @classmethod
    def as_trained(cls, filtered: ECGRecord, quality: QualityReport, raw: ECGRecord | None = None) -> Self:
        """Annotated by the method the networks were trained with; `filtered` comes from the default filter.

        The rhythm is looked at where the `raw` record is given.
        """
        annotation = annotate(filtered)
        rhythm = None if raw is None else rhythm_facts(raw, filtered, annotation)
        return cls(filtered, quality, annotation, cut_cycles(filtered, annotation), rhythm)

    @cached_property
    def attached(self) -> ECGRecord:
        """The filtered record without the seconds in which a lead's electrode was off; the record itself where none was."""
        return blank_seconds(self.filtered, self.quality.seconds.detached())

    @cached_property
    def leads_with_signal(self) -> frozenset[str]:
        """The leads that there is something to see in, of `attached`."""
        return frozenset(name for name in self.attached.leads if lead_has_signal(self.attached, name))

    @cached_property
    def facts(self) -> dict[str, float]:
        """What can be fed beside the signal: measurements over the independent leads, and the patient; NaN where unknown."""
        measured = measured_row(self.attached, self.annotation, self.cycles)
        patient = patient_row(self.filtered.patient)
        names = (*MEASURED_KEYS, *PATIENT_FACTS)
        return dict(zip(names, np.concatenate([measured, patient]).tolist(), strict=True))


def predict(checkpoint: Checkpoint, ecg: AnnotatedECG, earlier: Prediction | None = None) -> Prediction:
    """The estimate with its interval, class probabilities and flags; all NaN where the model abstains.

    `earlier` is what the model said of the same filtered record with other marks: estimates of cycles and crops
    that have not changed are taken from it.
    """
    card = checkpoint.card
    present = _leads_with_signal(card, ecg)
    enough = len(present) >= MODELS[card.architecture].min_leads
    inputs = model_input(card, ecg) if enough and ecg.annotation.n_beats else None
    traits = traits_of(card, ecg)
    foreign = inputs is not None and distance(card.familiar, traits) > card.familiar.foreign
    if foreign:
        inputs = None
    items = np.empty(0, np.float32) if inputs is None else _items(checkpoint, inputs, earlier)
    k_meq_l = combine_items(card, items)
    calibrated = apply_calibration(card.calibration, k_meq_l)
    if inputs is not None:
        present = [name for name in present if name not in inputs.absent]
    return Prediction(
        model=card.name,
        title=card.title,
        k_meq_l=k_meq_l,
        k_low=float(calibrated.k_low),
        k_high=float(calibrated.k_high),
        p_hypo=float(calibrated.p_hypo),
        p_normal=float(calibrated.p_normal),
        p_hyper=float(calibrated.p_hyper),
        flags=reasons_to_distrust(
            card,
            Seen(
                ecg.attached,
                ecg.quality,
                ecg.annotation,
                ecg.rhythm,
                present,
                traits,
                foreign,
                inputs,
                k_meq_l,
            ),
        ),
        item_k_meq_l=items,
        inputs=inputs,
        p_severe=float(calibrated.p_severe),
    )


def traits_of(card: Card, ecg: AnnotatedECG) -> NDArray[np.float64]:
    """How the ECG looks in the leads that this model sees: `inference.appearance`."""
    return appearance(ecg.annotation, ecg.cycles, _leads_with_signal(card, ecg))


def model_input(card: Card, ecg: AnnotatedECG) -> ModelInput | None:
    """What this model is fed for this ECG; None when the ECG does not hold it."""
    inputs = _signal_input(card, ecg)
    if inputs is None or not card.inputs.facts:
        return inputs
    unknown = [name for name in card.inputs.facts if name not in ecg.facts]
    if unknown:
        raise CheckpointError(
            f"The card of model {card.name} asks for facts that are not known here: {', '.join(unknown)}."
        )
    facts = np.array([ecg.facts[name] for name in card.inputs.facts], dtype=np.float32)
    return replace(inputs, facts=np.tile(facts, (len(inputs.signal), 1)))


def _signal_input(card: Card, ecg: AnnotatedECG) -> ModelInput | None:
    if card.inputs.kind == "cycle":
        return cycle_input(ecg.cycles, card.inputs.leads[0])
    present = _leads_with_signal(card, ecg)
    if card.inputs.kind == "median_beat":
        cycles = {name: ecg.cycles[name] for name in present}
        return median_beat_input(cycles, card.inputs.leads, MODELS[card.architecture].min_leads)
    if card.inputs.kind == "crop":
        return crop_input(ecg.attached.select(present), card.inputs.leads) if present else None
    raise CheckpointError(
        f"The card of model {card.name} asks for an unknown kind of input, {card.inputs.kind!r}."
    )


def _items(checkpoint: Checkpoint, inputs: ModelInput, earlier: Prediction | None) -> NDArray[np.float32]:
    """`estimate_items`, of those items only that were not estimated before."""
    if earlier is None or earlier.inputs is None:
        return estimate_items(checkpoint, inputs)
    known = dict(zip(_digests(earlier.inputs), earlier.item_k_meq_l.tolist(), strict=True))
    digests = _digests(inputs)
    items = np.array([known.get(digest, np.nan) for digest in digests], dtype=np.float32)
    new = np.array([digest not in known for digest in digests])
    if new.any():
        facts = None if inputs.facts is None else inputs.facts[new]
        items[new] = estimate_items(checkpoint, replace(inputs, signal=inputs.signal[new], facts=facts))
    return items


def _digests(inputs: ModelInput) -> list[bytes]:
    """What tells the items apart, 16 bytes each."""
    facts = [b""] * len(inputs.signal) if inputs.facts is None else [row.tobytes() for row in inputs.facts]
    return [
        hashlib.blake2b(item.tobytes() + row, digest_size=16).digest()
        for item, row in zip(inputs.signal, facts, strict=True)
    ]


@torch.inference_mode()
def estimate_items(checkpoint: Checkpoint, inputs: ModelInput) -> NDArray[np.float32]:
    """The network's estimate for each item, `(items,)` mEq/L; a network that can leave leads out is told the absent ones."""
    estimates = []
    for start in range(0, len(inputs.signal), ITEMS_AT_ONCE):
        items = slice(start, start + ITEMS_AT_ONCE)
        fed = [torch.from_numpy(inputs.signal[items])]
        if inputs.facts is not None:
            fed.append(torch.from_numpy(inputs.facts[items]))
        present = torch.from_numpy(inputs.present).expand(len(fed[0]), -1)
        estimates.append(checkpoint.model(*fed, **({"present": present} if inputs.absent else {})))
    k_meq_l: NDArray[np.float32] = torch.cat(estimates).numpy()
    return k_meq_l


def combine_items(card: Card, items: NDArray[np.float32]) -> float:
    """One estimate for the record: the median over cycles (a bad beat must not pull it), the mean over crops."""
    if not items.size:
        return float("nan")
    return float(np.median(items) if card.inputs.kind == "cycle" else items.mean())


def _leads_with_signal(card: Card, ecg: AnnotatedECG) -> list[str]:
    return [name for name in card.inputs.leads if name in ecg.leads_with_signal]
