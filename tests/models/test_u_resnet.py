import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ecg_core.models.twelve_lead.u_resnet import STRIDE, UResNet


@pytest.fixture(scope="module")
def signal_mv() -> Tensor:
    generator = torch.Generator().manual_seed(1)
    mixing = torch.randn(8, 3, generator=generator)
    return mixing @ torch.randn(2, 3, 4 * STRIDE, generator=generator) + 0.1 * torch.randn(
        2, 8, 4 * STRIDE, generator=generator
    )


@pytest.fixture(scope="module")
def trained_looking(signal_mv: Tensor) -> UResNet:
    """With moments of these signals, and weights that are not zero where the answer leaves."""
    torch.manual_seed(0)
    model = UResNet()
    model.linear.moments.copy_(torch.einsum("nit,njt->ij", signal_mv, signal_mv))
    torch.nn.init.normal_(model.leave.weight, std=0.1)
    return model.eval()


masks = st.lists(st.booleans(), min_size=8, max_size=8).filter(any)


@settings(max_examples=30, deadline=None)
@given(measured=masks)
def test_the_linear_part_is_least_squares(
    measured: list[bool], signal_mv: Tensor, trained_looking: UResNet
) -> None:
    known = np.array(measured)
    rows = signal_mv.transpose(0, 1).reshape(8, -1).numpy().astype(np.float64)
    expected = np.linalg.lstsq(rows[known].T, rows.T, rcond=None)[0].T
    weights = trained_looking.linear(torch.tensor([measured]))[0].numpy()
    np.testing.assert_allclose(weights[:, known], expected, atol=2e-3)
    assert not weights[:, ~known].any()


@settings(max_examples=20, deadline=None)
@given(measured=masks)
def test_measured_leads_pass_and_what_absent_leads_hold_does_not_matter(
    measured: list[bool], signal_mv: Tensor, trained_looking: UResNet
) -> None:
    mask = torch.tensor([measured, measured])
    with torch.inference_mode():
        answer = trained_looking(signal_mv, mask)
        other = trained_looking(torch.where(mask[:, :, None], signal_mv, torch.tensor(7.0)), mask)
    torch.testing.assert_close(answer[mask], signal_mv[mask], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(other, answer, atol=1e-4, rtol=1e-4)


def test_twice_the_signal_gives_twice_the_answer(signal_mv: Tensor, trained_looking: UResNet) -> None:
    mask = torch.tensor([[True, True, False, True, False, False, False, False]] * 2)
    with torch.inference_mode():
        torch.testing.assert_close(
            trained_looking(2 * signal_mv, mask), 2 * trained_looking(signal_mv, mask), atol=1e-4, rtol=1e-4
        )
        assert trained_looking.missed(signal_mv, mask)[~mask].abs().max() > 1e-3


def test_an_untrained_network_answers_like_least_squares(signal_mv: Tensor) -> None:
    model = UResNet().eval()
    mask = torch.tensor([[True] + [False] * 7] * 2)
    assert not model.missed(signal_mv, mask).any()
