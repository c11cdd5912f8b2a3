"""What a potassium model says about one ECG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

HYPOKALEMIA_MEQ_L = 3.5  # K at or below: hypokalemia
HYPERKALEMIA_MEQ_L = 5.5  # K at or above: hyperkalemia
PLAUSIBLE_K_MEQ_L = (1.0, 12.0)  # no patient has been seen outside
SEVERE_MEQ_L = 6.5  # K at or above: severe hyperkalemia (UK Kidney Association 2023)


# Every reason there is to distrust a prediction. Marked *: the model may abstain for it.
FlagCode = Literal[
    "simulated",  # the ECG was changed by a simulation and is no patient's
    "digitized",  # the ECG was digitized from a page
    "lead_missing",  # * a lead of the model is absent, mostly unrecorded, or flat
    "partly_recorded",  # a lead of the model covers only a part of the ECG, as on a page
    "no_beats",  # * no heartbeat was found
    "too_short",  # * too few beats or too little signal for the model's input
    "noise",  # a lead of the model is of poor quality
    "electrode_off",  # the electrode of a lead of the model was off for some seconds
    "r_only",  # in most beats no waves were found, so that they were cut around R alone
    "other_method",  # beats and waves were found by another method than the one the models learned with
    "edited",  # beats or waves were corrected by hand
    "out_of_range",  # the ECG or the estimate is outside what the model was calibrated on
    "unfamiliar",  # * the ECG resembles none that the model was calibrated on
    "electrodes_exchanged",  # the leads look as if electrodes stood in each other's place
    "fibrillation",  # atrial fibrillation: no P wave, every beat another RR interval
    "wide_qrs",  # a wide QRS, which potassium widens, too
    "paced",  # ventricular pacing: the QRS and the T wave are not the heart's own
]


@dataclass(frozen=True)
class Flag:
    """A reason to distrust a prediction. `code` is stable (CSV); `text` is for reading."""

    code: FlagCode
    text: str


@dataclass(frozen=True, eq=False)
class ModelInput:
    """What a model saw: `signal` `(items, leads, samples)` as fed in (items: cycles, crops or one median beat)."""

    signal: NDArray[np.float32]
    leads: tuple[str, ...]
    fs_hz: float
    unit: str  # "mV" or "z-score"
    description: str  # e.g. "11 cycles of lead II"
    absent: tuple[str, ...] = ()  # of the leads, those whose signal is nothing but zeros
    facts: NDArray[np.float32] | None = None  # (items, facts) in the card's order, NaN where unknown

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which of the leads hold a signal, `(leads,)`."""
        return np.array([lead not in self.absent for lead in self.leads])


@dataclass(frozen=True, eq=False)
class Prediction:
    """One model's estimate. The first three probabilities sum to 1; all numbers are NaN when the model abstains.

    `item_k_meq_l` `(items,)`: the estimate for each cycle or crop before averaging.
    """

    model: str  # checkpoint name
    title: str  # for the screen
    k_meq_l: float
    k_low: float
    k_high: float
    p_hypo: float
    p_normal: float
    p_hyper: float
    flags: tuple[Flag, ...]
    item_k_meq_l: NDArray[np.float32]
    inputs: ModelInput | None
    p_severe: float = float("nan")  # part of p_hyper; NaN also where the calibration set held no severe one

    @property
    def abstained(self) -> bool:
        return bool(np.isnan(self.k_meq_l))
