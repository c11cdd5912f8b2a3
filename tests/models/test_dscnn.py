import torch
from torch import nn

from ecg_core.models import DCRNN, DSCNN, StandardCNN, count_parameters


def convolutions(model: nn.Module) -> list[nn.Conv1d]:
    return [layer for layer in model.modules() if isinstance(layer, nn.Conv1d)]


def test_the_twin_has_the_same_shapes_at_every_block() -> None:
    x = torch.randn(2, 1, 512)
    compact, twin = DSCNN().eval(), StandardCNN().eval()
    with torch.no_grad():
        for own, other in zip(compact.convolutions, twin.convolutions, strict=True):
            x, y = own(x), other(x)
            assert x.shape == y.shape
    assert x.shape == (2, 256, 53)


def test_factorizing_saves_what_the_table_says() -> None:
    """Weights of a convolution of m to n channels and kernel k: m k + m n (separable, with biases + m + n), m n k (standard)."""
    sizes = ((1, 64, 368), (64, 128, 128), (128, 256, 32))
    separable = sum(m * k + m + m * n + n for m, n, k in sizes)
    standard = sum(m * n * k + n for m, n, k in sizes)
    assert sum(map(count_parameters, convolutions(DSCNN()))) == separable == 54_321
    assert sum(map(count_parameters, convolutions(StandardCNN()))) == standard == 2_121_152


def test_it_shares_its_blocks_with_its_successor() -> None:
    torch.manual_seed(0)
    dscnn = DSCNN()
    torch.manual_seed(0)
    dcrnn = DCRNN()
    for own, other in zip(convolutions(dscnn), convolutions(dcrnn), strict=True):
        assert torch.equal(own.weight, other.weight)
