"""What a 12-lead model's finding rests on: where in the trace, and on which measured facts. A hint where to look, no proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ecg_core.annotation.types import Annotation
from ecg_core.explanation.attribution import along_path
from ecg_core.explanation.occlusion import by_bridging
from ecg_core.explanation.saliency import smoothed
from ecg_core.inference.predict import AnnotatedECG
from ecg_core.leads import STANDARD_LEADS
from ecg_core.models.twelve_lead import TWELVE_LEAD_MODELS
from ecg_core.twelve_lead.checkpoint import TwelveLeadCheckpoint
from ecg_core.twelve_lead.facts import BEAT_R_INDEX, BEAT_SAMPLES, FACTS, measured_facts, median_beat
from ecg_core.twelve_lead.inputs import FS_HZ, SAMPLES, TwelveLeadInput, twelve_lead_input
from ecg_core.twelve_lead.types import FINDINGS, FindingCode

_WIDTH, _STEP = 8, 4  # of the stretches of a median beat that are bridged, samples of 10 ms

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FindingSaliency:
    """`weight` `(12, 1000)`: how much each part of ten seconds at 100 Hz from `start_s` on matters, 1 at the most.

    Leads in the order of `STANDARD_LEADS`, zeros for those that the model did not see. `without`: for models that are
    told measurements, the probability of the finding if one of them were not known, by its name in `FACTS`.
    """

    code: FindingCode
    weight: Floats
    start_s: float
    without: dict[str, float]

    @property
    def repeated(self) -> bool:
        """Whether the model saw the median beat, so that every beat is marked the same."""
        return bool(self.without)


def finding_saliency(
    checkpoint: TwelveLeadCheckpoint,
    ecg: AnnotatedECG,
    code: FindingCode,
    leads: Sequence[str] = STANDARD_LEADS,
) -> FindingSaliency:
    """Of one finding's logit, for the ECG and the leads that were asked about with `answer`.

    Integrated gradients for a network that sees the signal. A model that sees the median beat is asked again with
    stretches of it bridged, and what it looks at stands under every beat.
    """
    inputs = twelve_lead_input(ecg.attached, leads)
    if TWELVE_LEAD_MODELS[checkpoint.card.architecture].measured:
        added, without = _of_measured(checkpoint, ecg.annotation, inputs, code)
    else:
        added, without = _of_signal(checkpoint, inputs, code), {}
    return FindingSaliency(code, smoothed(added, FS_HZ), inputs.start_s, without)


def _of_signal(checkpoint: TwelveLeadCheckpoint, inputs: TwelveLeadInput, code: FindingCode) -> Floats:
    mask = torch.from_numpy(inputs.mask)

    def logit(signal: Tensor) -> Tensor:
        answers: Tensor = checkpoint.model(signal, mask.expand(len(signal), -1))
        return answers[:, FINDINGS.index(code)]

    return along_path(logit, torch.from_numpy(inputs.signal[0]))


def _of_measured(
    checkpoint: TwelveLeadCheckpoint, annotation: Annotation, inputs: TwelveLeadInput, code: FindingCode
) -> tuple[Floats, dict[str, float]]:
    mask = torch.from_numpy(inputs.mask)
    beat = median_beat(annotation, inputs)
    facts = torch.from_numpy(measured_facts(annotation, inputs, beat))

    def logit(beats: Tensor, told: Tensor = facts) -> Tensor:
        n = len(beats)
        answers: Tensor = checkpoint.model(beats, mask.expand(n, -1), told.expand(n, -1))
        return answers[:, FINDINGS.index(code)]

    shown = torch.from_numpy(beat)
    added = by_bridging(logit, shown, np.flatnonzero(inputs.mask[0]).tolist(), _WIDTH, _STEP)
    with torch.inference_mode():
        logits = logit(shown.expand(len(FACTS), -1, -1), _one_unknown(facts))
    left_out = checkpoint.card.calibration[code].probability(logits.double().numpy())
    known = torch.isfinite(facts).tolist()
    without = {name: float(p) for name, p, told in zip(FACTS, left_out, known, strict=True) if told}
    return _under_beats(added, annotation, inputs), without


def _one_unknown(facts: Tensor) -> Tensor:
    """A row for each fact in which it is not known, `(facts, facts)`."""
    return facts.repeat(len(facts), 1).fill_diagonal_(torch.nan)


def _under_beats(added: Floats, annotation: Annotation, inputs: TwelveLeadInput) -> Floats:
    """What belongs to the median beat `(12, 100)` at every beat of the ten seconds, `(12, 1000)`; of two that overlap the larger."""
    trace = np.zeros((len(added), SAMPLES), dtype=np.float32)
    for r_peak in annotation.r_peaks / annotation.fs_hz - inputs.start_s:
        first = round(float(r_peak) * FS_HZ) - BEAT_R_INDEX
        start, stop = max(first, 0), min(first + BEAT_SAMPLES, SAMPLES)
        if start < stop:
            there = added[:, start - first : stop - first]
            trace[:, start:stop] = np.maximum(trace[:, start:stop], there)
    return trace
