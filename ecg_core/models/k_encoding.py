"""Potassium as classes and as a thermometer code, the targets of the ECG12Net family.

Differs from the document's code in one point: its thermometer spanned 1.5 to 7.5 mEq/L and so could not
say more than 7.5; here it spans 1.5 to 9.5.
"""

from __future__ import annotations

import torch
from torch import Tensor

K_CLASSES = ("severe hypokalemia", "hypokalemia", "normal", "hyperkalemia", "severe hyperkalemia")
K_CLASS_CENTRES_MEQ_L = (2.2, 3.0, 4.5, 6.0, 7.5)  # what an estimate of that class is read as

THERMOMETER_STEPS = 60
THERMOMETER_LOW_MEQ_L = 1.5
THERMOMETER_HIGH_MEQ_L = 9.5
_STEP_MEQ_L = (THERMOMETER_HIGH_MEQ_L - THERMOMETER_LOW_MEQ_L) / THERMOMETER_STEPS


def encode_k_class(k_meq_l: Tensor) -> Tensor:
    """Index into `K_CLASSES`, int64 of the same shape, cut at 2.5, 3.5, 5.5 and 6.5 mEq/L.

    A value on a cut belongs to the more abnormal side: 3.5 is hypokalemia, 5.5 hyperkalemia.
    """
    above_hypo = (k_meq_l > 2.5).long() + (k_meq_l > 3.5).long()
    return above_hypo + (k_meq_l >= 5.5).long() + (k_meq_l >= 6.5).long()


def encode_k_concentration(k_meq_l: Tensor) -> Tensor:
    """`(...,)` mEq/L -> `(..., 60)` float32: step i (from 1) is 1 when K reaches 1.5 + i * 8/60, else 0."""
    return (k_meq_l.unsqueeze(-1) >= thermometer_steps_meq_l()).float()


def thermometer_steps_meq_l() -> Tensor:
    """The potassium that each step stands for, `(60,)`."""
    return THERMOMETER_LOW_MEQ_L + torch.arange(1, THERMOMETER_STEPS + 1) * _STEP_MEQ_L


def decode_k_concentration(code: Tensor) -> Tensor:
    """Thermometer code, or the probability of each step, `(..., 60)` -> `(...,)` mEq/L."""
    return THERMOMETER_LOW_MEQ_L + code.sum(dim=-1) * _STEP_MEQ_L
