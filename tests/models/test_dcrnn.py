import pytest
import torch
from torch import nn

from ecg_core.models import DCRNN
from ecg_core.models.separable import CHANNELS, KERNELS, DepthwiseConv1d


def test_lengths_inside_are_those_of_the_table() -> None:
    model = DCRNN().eval()
    lengths = []
    for layer in model.convolutions.modules():
        if isinstance(layer, nn.MaxPool1d) or (isinstance(layer, nn.Conv1d) and layer.kernel_size != (1,)):
            layer.register_forward_hook(lambda _module, _inputs, output: lengths.append(output.shape[2]))
    model(torch.zeros(1, 1, 512))
    assert lengths == [209, 104, 41, 20, 53]
    assert model.output.in_features == 53 * 64


def test_order_inside_a_block() -> None:
    blocks = [[type(layer) for layer in block] for block in DCRNN().convolutions]
    block = [DepthwiseConv1d, nn.Conv1d, nn.ReLU, nn.BatchNorm1d, nn.MaxPool1d]
    assert blocks == [block, block, block[:-1]]


@pytest.mark.parametrize(("channels", "kernel_size"), zip((1, *CHANNELS), KERNELS, strict=False))
@pytest.mark.parametrize("samples", [512, 401])
def test_the_fourier_transform_gives_the_same_convolution(
    channels: int, kernel_size: int, samples: int
) -> None:
    torch.manual_seed(0)
    layer, x = DepthwiseConv1d(channels, kernel_size), torch.randn(3, channels, samples)
    with torch.no_grad():
        expected = layer(x)
        found = layer.eval()(x)
        assert torch.allclose(found, expected, atol=1e-5)
        with torch.autocast("cpu", torch.bfloat16):
            assert torch.allclose(layer(x.bfloat16()).float(), expected, atol=0.05)


def test_first_convolution_is_depthwise_for_several_leads() -> None:
    first = DCRNN(in_channels=3).convolutions[0][0]
    assert (first.groups, first.out_channels) == (3, 3)
    assert DCRNN(in_channels=3)(torch.randn(2, 3, 512)).shape == (2,)


def test_every_lstm_step_counts() -> None:
    torch.manual_seed(0)
    model = DCRNN().eval()
    weight = model.output.weight.view(53, 64)
    x = torch.randn(1, 1, 512)
    with torch.no_grad():
        before = model(x)
        weight[0] += 1.0  # the first step's share of the dense layer
        assert not torch.allclose(before, model(x))


def test_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="512"):
        DCRNN()(torch.zeros(1, 1, 500))
