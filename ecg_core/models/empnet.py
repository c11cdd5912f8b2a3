"""EMPNet: ECG12Net with what is known about the patient and the rhythm added to its answer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecg_core.leads import STANDARD_LEADS
from ecg_core.models.ecg12net import ECG12Net
from ecg_core.models.registry import register

FACTS = (
    "age_years",
    "sex_male",  # 1 or 0
    "heart_rate_bpm",
    "p_duration_ms",
    "pr_ms",
    "qrs_ms",
    "qt_ms",
    "qtc_bazett_ms",
)


class FactAdjustment(nn.Module):
    """`(batch, 8)` facts in the order and units of `FACTS` -> `(batch,)` mEq/L to add, through 8 -> 32 -> 16 -> 1.

    NaN stands for what is not known (no PR in atrial fibrillation) and counts as the training set's mean. A fact
    that was never known, or never varied, while training has no say.
    """

    fact_mean: Tensor
    fact_scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        n_facts = len(FACTS)
        self.layers = nn.Sequential(
            nn.Linear(n_facts, 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1)
        )
        self.register_buffer("fact_mean", torch.zeros(n_facts))
        self.register_buffer("fact_scale", torch.ones(n_facts))  # 1 / standard deviation

    @torch.no_grad()
    def fit(self, facts: Tensor) -> None:
        """Take mean and scale from the training set, `(ecgs, 8)`; NaN is left out."""
        mean = facts.nanmean(dim=0).nan_to_num(nan=0.0)
        deviation = (facts - mean).square().nanmean(dim=0).sqrt().nan_to_num(nan=0.0)
        self.fact_mean.copy_(mean)
        self.fact_scale.copy_(torch.where(deviation > 1e-3, 1.0 / deviation.clamp_min(1e-3), 0.0))

    def forward(self, facts: Tensor) -> Tensor:
        standardised = (facts - self.fact_mean).nan_to_num(nan=0.0) * self.fact_scale
        added: Tensor = self.layers(standardised)
        return added.squeeze(1).float()


@register("empnet", leads=STANDARD_LEADS, samples=1024, n_facts=len(FACTS), min_leads=8)
class EMPNet(nn.Module):
    """ECG `(batch, leads, samples)` and facts `(batch, 8)` -> `(batch,)` potassium in mEq/L.

    The answer of an `ECG12Net` plus a `FactAdjustment` (Lin et al., JMIR Med Inform 2020;8(3):e15931). `present` as there.
    """

    def __init__(self, leads: int = len(STANDARD_LEADS), output_bias_meq_l: float = 5.0) -> None:
        super().__init__()
        self.ecg = ECG12Net(leads, output_bias_meq_l)
        self.adjustment = FactAdjustment()

    def forward(self, x: Tensor, facts: Tensor, present: Tensor | None = None) -> Tensor:
        estimate: Tensor = self.ecg(x, present)
        added: Tensor = self.adjustment(facts)
        return estimate + added
