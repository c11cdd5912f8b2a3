"""A card for a checkpoint that nobody trained."""

from dataclasses import replace

from ecg_core.inference.calibrated import Calibration
from ecg_core.inference.card import Card, EvaluationResult, TrainingFacts
from ecg_core.inference.familiar import ANYTHING_FAMILIAR
from ecg_core.training.facts import MODEL_FACTS


def made_up_card(key: str, n_parameters: int) -> Card:
    facts = MODEL_FACTS[key]
    return Card(
        name=f"untrained {key}",
        title=key.upper(),
        architecture=key,
        summary=facts.summary,
        source=facts.source,
        n_parameters=n_parameters,
        inputs=facts.inputs,
        output="serum potassium",
        unit="mEq/L",
        trained_on=TrainingFacts("nothing", True, 0, None, 0, "none", "none", "none", 0, 0, 0.0),
        results=(EvaluationResult("made up", True, 1, 2, 0.5, 1.5, 0.6, 0.9, 0.95, 0.9, 0.91, 0.9),),
        calibration=Calibration(
            target_coverage=0.9,
            n_examples=0,
            span_meq_l=(2.0, 9.5),
            k_true_meq_l=(2.0, 9.5),
            low_meq_l=(1.0, 8.5),
            high_meq_l=(3.0, 10.5),
            knots_meq_l=(),
            intercepts=(6.0, 2.0, -7.0, -10.0),
            slopes=((-1.5,), (0.0,), (1.3,), (1.7,)),
            class_mix=(0.3, 0.4, 0.2, 0.1),
        ),
        familiar=replace(ANYTHING_FAMILIAR, unusual=1e3),
        limits=facts.limits,
        licence="none",
        sha256="",
    )
