"""Integrated gradients against what they must add up to, and attention over leads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ecg_core.explanation.saliency import integrated_gradients, lead_attention, lead_shares, smoothed
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.types import ModelInput
from ecg_core.leads import STANDARD_LEADS
from ecg_core.models import build
from tests.made_up_card import made_up_card


class Product(nn.Module):
    """Quadratic in the signal, and moved by a fact."""

    def forward(self, x: Tensor, facts: Tensor | None = None, present: Tensor | None = None) -> Tensor:
        seen = x if present is None else x * present[:, :, None]
        added = 0.0 if facts is None else facts[:, 0]
        return (seen[:, 0] * seen[:, 1]).sum(dim=1) + 4.0 + added


def checkpoint(model: nn.Module) -> Checkpoint:
    return Checkpoint(made_up_card("dcrnn", 1), model.eval(), Path("none"))


def inputs(leads: int = 2, samples: int = 512, **more: object) -> ModelInput:
    signal = np.random.default_rng(0).normal(size=(2, leads, samples)).astype(np.float32)
    return ModelInput(signal, STANDARD_LEADS[:leads], 500.0, "mV", "", **more)  # type: ignore[arg-type]


def test_a_quadratic_network_is_taken_apart_exactly() -> None:
    fed = inputs()
    added = integrated_gradients(checkpoint(Product()), fed, item=1)
    first, second = fed.signal[1]
    np.testing.assert_allclose(added, np.stack([first * second / 2] * 2), rtol=1e-4, atol=1e-6)


def test_facts_and_absent_leads_are_fed_as_they_are() -> None:
    facts = np.full((2, 1), 3.0, np.float32)
    added = integrated_gradients(checkpoint(Product()), inputs(facts=facts, absent=("II",)))
    assert np.abs(added).max() == 0.0


def test_parts_add_up_to_the_change_of_the_estimate() -> None:
    torch.manual_seed(0)
    found = checkpoint(build("dcrnn"))
    fed = inputs(1)
    added = integrated_gradients(found, fed)
    with torch.inference_mode():
        signal = torch.from_numpy(fed.signal[:1])
        difference = float(found.model(signal) - found.model(torch.zeros_like(signal)))
    assert added.sum() == pytest.approx(difference, abs=0.05 * float(np.abs(added).sum()))


def test_a_network_without_attention_has_none() -> None:
    assert lead_attention(checkpoint(build("dcrnn")), inputs(1)) is None


def test_attention_of_a_network_over_leads_sums_to_one_without_the_absent() -> None:
    weights = lead_attention(checkpoint(build("ecg12net")), inputs(12, 1024, absent=("V6",)))
    assert weights is not None
    assert weights.sum() == pytest.approx(1.0, abs=1e-5)
    assert weights[STANDARD_LEADS.index("V6")] == 0.0


def test_smoothing_keeps_the_place_and_lead_shares_sum_to_one() -> None:
    added = np.zeros((2, 512), np.float32)
    added[1, 200] = -2.0
    assert smoothed(added, 500.0).argmax() == 512 + 200
    assert smoothed(added, 500.0).max() == pytest.approx(1.0)
    assert lead_shares(added).tolist() == [0.0, 1.0]
    assert lead_shares(np.zeros((2, 4), np.float32)).tolist() == [0.0, 0.0]
