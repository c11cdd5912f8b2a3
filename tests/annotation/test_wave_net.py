import numpy as np
import pytest
import torch

from ecg_core.annotation.wave_net import CLASSES, STRIDE, WaveNet
from ecg_core.network_files import fuse_normalization

SAMPLES = 20 * STRIDE


@pytest.fixture(scope="module")
def net() -> WaveNet:
    torch.manual_seed(3)
    net = WaveNet()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm1d):
            module.momentum = 1.0
    net(torch.randn(4, 3, SAMPLES))  # so that its layers are scaled as in a trained network
    return net.eval()


def scores(net: WaveNet, signal: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return net(signal)


@pytest.mark.parametrize("leads", [1, 2, 12])
def test_any_number_of_leads(net: WaveNet, leads: int) -> None:
    assert scores(net, torch.randn(2, leads, SAMPLES)).shape == (2, leads, len(CLASSES), SAMPLES)


def test_the_order_of_leads_does_not_matter(net: WaveNet) -> None:
    signal = torch.randn(1, 4, SAMPLES)
    order = [2, 0, 3, 1]
    assert torch.allclose(scores(net, signal[:, order]), scores(net, signal)[:, order], atol=1e-4)


def test_gain_and_offset_do_not_matter(net: WaveNet) -> None:
    signal = torch.randn(1, 2, SAMPLES)
    gain = torch.tensor([0.1, 7.0])[None, :, None]
    assert torch.allclose(scores(net, gain * signal + 3.0), scores(net, signal), atol=1e-2)


def test_other_leads_are_heard_and_missing_ones_are_not(net: WaveNet) -> None:
    signal = torch.randn(1, 3, SAMPLES)
    alone = scores(net, signal[:, :1])[0, 0]
    signal[0, 1:] = torch.nan
    assert torch.allclose(scores(net, signal)[0, 0], alone, atol=1e-5)
    signal[0, 2] = torch.randn(SAMPLES)
    assert (scores(net, signal)[0, 0] - alone).abs().max() > 1e-3


@pytest.mark.parametrize("value", [0.0, np.nan], ids=["flat", "missing"])
def test_nothing_gives_finite_scores(net: WaveNet, value: float) -> None:
    assert scores(net, torch.full((1, 2, SAMPLES), value)).isfinite().all()


def test_fused_it_answers_the_same(net: WaveNet) -> None:
    signal = torch.randn(1, 3, SAMPLES)
    expected = scores(net, signal)
    fused = WaveNet()
    fused.load_state_dict(net.state_dict())
    assert torch.allclose(scores(fuse_normalization(fused.eval()), signal), expected, atol=1e-3)
