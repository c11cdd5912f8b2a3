"""What a 12-lead model says about one annotated ECG, or why it says nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from ecg_core.annotation.types import Annotation
from ecg_core.inference.predict import AnnotatedECG
from ecg_core.inference.types import Flag
from ecg_core.leads import STANDARD_LEADS
from ecg_core.models.twelve_lead import TWELVE_LEAD_MODELS
from ecg_core.twelve_lead.card import TwelveLeadCard
from ecg_core.twelve_lead.checkpoint import AGE_OUTPUT, N_OUTPUTS, TwelveLeadCheckpoint
from ecg_core.twelve_lead.doubts import reasons_to_doubt
from ecg_core.twelve_lead.facts import measured_facts, median_beat
from ecg_core.twelve_lead.inputs import TwelveLeadInput, twelve_lead_input
from ecg_core.twelve_lead.types import FINDING_NAMES, FINDINGS, Finding, TwelveLeadAnswer

Floats = NDArray[np.float64]


def answer(
    ecg: AnnotatedECG,
    checkpoint: TwelveLeadCheckpoint,
    leads: Sequence[str] = STANDARD_LEADS,
    estimated_leads: Sequence[str] = (),
) -> TwelveLeadAnswer:
    """Findings and ECG age, from those of `leads` that the ECG has; all NaN where it has no heartbeat or no lead.

    `estimated_leads` are leads of the ECG that were restored from others; the answer names those it used.
    """
    inputs = twelve_lead_input(ecg.attached, leads)
    able = bool(inputs.leads) and ecg.annotation.n_beats > 0
    outputs = raw_outputs(checkpoint, inputs, ecg.annotation) if able else np.full(N_OUTPUTS, np.nan)
    flags = reasons_to_doubt(ecg, inputs.leads)
    return _answer(checkpoint.card, outputs, inputs.leads, estimated_leads, flags)


@torch.inference_mode()
def raw_outputs(checkpoint: TwelveLeadCheckpoint, inputs: TwelveLeadInput, annotation: Annotation) -> Floats:
    """What the network says before calibration, `(outputs,)`."""
    mask = torch.from_numpy(inputs.mask)
    if TWELVE_LEAD_MODELS[checkpoint.card.architecture].measured:
        beat = median_beat(annotation, inputs)
        facts = measured_facts(annotation, inputs, beat)
        outputs = checkpoint.model(torch.from_numpy(beat[None]), mask, torch.from_numpy(facts[None]))
    else:
        outputs = checkpoint.model(torch.from_numpy(inputs.signal), mask)
    return np.asarray(outputs[0].double().numpy())


def _answer(
    card: TwelveLeadCard,
    outputs: Floats,
    used: tuple[str, ...],
    estimated: Sequence[str],
    flags: tuple[Flag, ...],
) -> TwelveLeadAnswer:
    logits = outputs[:AGE_OUTPUT] if "findings" in card.tasks else np.full(AGE_OUTPUT, np.nan)
    findings = []
    for code, logit in zip(FINDINGS, logits, strict=True):
        calibration = card.calibration[code]
        probability = float(calibration.probability(logit))
        findings.append(Finding(code, FINDING_NAMES[code], probability, calibration.threshold))
    age_years = float(card.age.years(outputs[AGE_OUTPUT])) if "age" in card.tasks else float("nan")
    return TwelveLeadAnswer(
        model=card.name,
        title=card.title,
        findings=tuple(findings),
        age_years=age_years,
        age_low=age_years + card.age.low_years,
        age_high=age_years + card.age.high_years,
        leads_used=used,
        estimated_leads=tuple(name for name in used if name in estimated),
        flags=flags,
    )
