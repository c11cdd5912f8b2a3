"""EMPNet: ECG12Net with what is known about the patient and the rhythm added to its answer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecg_core.leads import STANDARD_LEADS
from ecg_core.models.ecg12net import ECG12Net

COVARIATES = (
    "age_years",
    "sex_male",  # 1 or 0
    "heart_rate_bpm",
    "p_ms",
    "pr_ms",
    "qrs_ms",
    "qt_ms",
    "qtc_ms",
)


class EMPNet(nn.Module):
    """ECG `(batch, leads, samples)` and covariates `(batch, 8)` -> `(batch,)` potassium in mEq/L.

    The covariates, in the order and units of `COVARIATES`, pass 8 -> 32 -> 16 -> 1 and are added to the
    output of `ECG12Net`. NaN stands for a covariate that is not known (no PR in atrial fibrillation) and
    counts as the training set's mean. It needs covariates, so it is not among the models that estimate
    from the signal alone and stands outside the registry.
    """

    covariate_mean: Tensor
    covariate_std: Tensor

    def __init__(self, leads: int = len(STANDARD_LEADS), output_bias_meq_l: float = 5.0) -> None:
        super().__init__()
        self.ecg = ECG12Net(leads, output_bias_meq_l)
        self.covariates = nn.Sequential(
            nn.Linear(len(COVARIATES), 32), nn.ReLU(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 1)
        )
        self.register_buffer("covariate_mean", torch.zeros(len(COVARIATES)))
        self.register_buffer("covariate_std", torch.ones(len(COVARIATES)))

    @torch.no_grad()
    def fit_covariates(self, covariates: Tensor) -> None:
        """Take mean and standard deviation from the training set, `(patients, 8)`; NaN is left out."""
        mean = covariates.nanmean(dim=0)
        self.covariate_mean.copy_(mean)
        self.covariate_std.copy_((covariates - mean).square().nanmean(dim=0).sqrt().clamp_min(1e-6))

    def forward(self, x: Tensor, covariates: Tensor) -> Tensor:
        standardised = ((covariates - self.covariate_mean) / self.covariate_std).nan_to_num(nan=0.0)
        adjustment: Tensor = self.covariates(standardised).squeeze(1).float()
        estimate: Tensor = self.ecg(x)
        return estimate + adjustment
