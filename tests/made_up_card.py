"""A card for a checkpoint that nobody trained."""

from ecg_core.inference.card import Calibration, Card, EvaluationResult, Familiar, TrainingFacts
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
            0.9,
            0,
            (-1e3, 5.0, 1e3),
            (-0.8, -1.2),
            (0.7, 1.3),
            (6.0, 2.0, -8.0),
            (-1.5, 0.0, 1.5),
            (0.3, 0.4, 0.3),
        ),
        familiar=Familiar((0.0, 1e3), (20.0, 300.0), (-1e3, 1e3)),
        limits=facts.limits,
        licence="none",
        sha256="",
    )
