import pytest
import torch

from ecg_core.digitization.ink_net import CLASSES, STRIDE, InkNet
from ecg_core.network_files import fuse_normalization


@pytest.mark.parametrize(("height", "width"), [(STRIDE, STRIDE), (3 * STRIDE, 5 * STRIDE)])
def test_every_pixel_gets_a_score_for_every_class(height, width):
    scores = InkNet().eval()(torch.rand(2, 3, height, width))
    assert scores.shape == (2, len(CLASSES), height, width)


def test_folding_the_normalization_changes_no_answer():
    torch.manual_seed(0)
    network = InkNet()
    network(torch.rand(4, 3, 64, 64))  # so that the running statistics are not those of a new layer
    network.eval()
    pixels = torch.rand(1, 3, 64, 64)
    before = network(pixels)
    n_layers = sum(isinstance(module, torch.nn.BatchNorm2d) for module in network.modules())
    fused = fuse_normalization(network)
    assert n_layers > 0
    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in fused.modules())
    torch.testing.assert_close(fused(pixels), before, rtol=1e-4, atol=1e-4)


def test_a_shift_of_the_page_shifts_the_answer():
    """By whole strides: what a strip of the page says does not depend on where the strip was cut."""
    torch.manual_seed(0)
    network = InkNet().eval()
    pixels = torch.rand(1, 3, 256, 256)
    moved = torch.roll(pixels, STRIDE, dims=3)
    inner = slice(112, 144)
    torch.testing.assert_close(
        network(moved)[..., inner, inner],
        network(pixels)[..., inner, inner.start - STRIDE : inner.stop - STRIDE],
        rtol=1e-3,
        atol=1e-3,
    )
