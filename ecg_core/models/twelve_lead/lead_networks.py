"""What is trained anew in each round of lead elimination: a network for each lead, and the combination of all."""

from __future__ import annotations

from torch import Tensor, nn

from ecg_core.models.twelve_lead.ml_resnet import MLResNet


class LeadNetworks(nn.Module):
    """Median beat `(batch, 12, samples)`, mask `(batch, 12)` and rhythm `(batch, n_rhythm)` -> `(batch, outputs)`.

    ML-ResNet over the leads that are there, and what the rhythm says added to it linearly.
    """

    def __init__(self, outputs: int, n_rhythm: int) -> None:
        super().__init__()
        self.of_leads = MLResNet(outputs)
        self.of_rhythm = nn.Linear(n_rhythm, outputs, bias=False)

    def forward(self, beat: Tensor, mask: Tensor, rhythm: Tensor) -> Tensor:
        """See the class."""
        answer: Tensor = self.of_leads(beat, mask) + self.of_rhythm(rhythm)
        return answer
