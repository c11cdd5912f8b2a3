"""Class probabilities where hyper- and hypokalemia are as common as at the user's own place."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecg_core.inference.calibrated import Calibration
from ecg_core.inference.types import Prediction


@dataclass(frozen=True)
class Prevalence:
    """Shares of patients, from 0 to 1. Raises ValueError where nobody would be left with a normal potassium."""

    hyper: float
    hypo: float

    def __post_init__(self) -> None:
        if not (self.hyper > 0 and self.hypo > 0 and self.hyper + self.hypo < 1):
            raise ValueError(
                "prevalences must be above 0 and leave room for normal potassium; "
                f"{self.hyper} and {self.hypo} do not"
            )

    @property
    def mix(self) -> tuple[float, float, float]:
        """Shares of hypo, normal and hyper."""
        return self.hypo, 1.0 - self.hypo - self.hyper, self.hyper


EMERGENCY = Prevalence(hyper=0.036, hypo=0.055)
EMERGENCY_SOURCE = (
    "48,827 emergency visits with a potassium, of them 3.6 % above 5.0 and 5.5 % below 3.5 mEq/L: "
    "Singer, Thode and Peacock, Clin Exp Emerg Med 2017;4:73 (doi 10.15441/ceem.16.194)"
)


def at_prevalence(prediction: Prediction, calibration: Calibration, prevalence: Prevalence) -> Prediction:
    """The prediction with probabilities for another class mix than that of the calibration set; k and interval stay.

    Bayes' rule: each probability times the class's new share over its old one, made to sum to 1 (Saerens, Latinne
    and Decaestecker, Neural Computation 2002;14:21, equation 2.4). It holds where ECGs of one class look alike at
    both places. How much of hyperkalemia is severe is left as it was.
    """
    hypo, normal, *hyper = calibration.class_mix
    old = np.array([hypo, normal, sum(hyper)])
    if not (old > 0).all():
        raise ValueError("the calibration set must have held every class")
    given = np.array([prediction.p_hypo, prediction.p_normal, prediction.p_hyper])
    weighted = given * np.array(prevalence.mix) / old
    p_hypo, p_normal, p_hyper = (weighted / weighted.sum()).tolist()
    severe_share = prediction.p_severe / prediction.p_hyper if prediction.p_hyper > 0 else 0.0
    return replace(
        prediction, p_hypo=p_hypo, p_normal=p_normal, p_hyper=p_hyper, p_severe=p_hyper * severe_share
    )
