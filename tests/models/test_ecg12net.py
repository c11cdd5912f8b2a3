import pytest
import torch
from torch import nn

from ecg_core.models import ECG12Net
from ecg_core.models.ecg12net import ConvUnit, Trunk


@pytest.fixture
def model() -> ECG12Net:
    torch.manual_seed(0)
    model = ECG12Net()
    with torch.no_grad():
        model(torch.randn(4, 12, 256))  # normalization statistics
    return model.eval()


def test_eighty_two_layers() -> None:
    model = ECG12Net()
    convolutions = sum(isinstance(m, nn.Conv1d) for m in model.trunk.modules())
    attention = sum(isinstance(m, nn.Linear) for m in model.attention.modules())
    assert (convolutions, 1, attention) == (79, 1, 2)
    assert isinstance(model.lead_output, nn.Linear)


@pytest.mark.parametrize("samples", [64, 1024])
def test_trunk_ends_at_864_features(samples: int) -> None:
    assert Trunk().eval()(torch.zeros(2, 1, samples)).shape == (2, 864)


def test_attention_is_shared_out_over_the_leads(model: ECG12Net) -> None:
    with torch.no_grad():
        attention = model.lead_attention(torch.randn(2, 12, 128))
    assert attention.shape == (2, 12)
    assert torch.allclose(attention.sum(dim=1), torch.ones(2))
    assert attention.std(dim=1).min() > 0


def test_the_answer_is_the_attention_weighted_mean_of_the_leads_estimates(model: ECG12Net) -> None:
    x = torch.randn(2, 12, 128)
    with torch.no_grad():
        per_lead = model.lead_output(model.trunk(x.reshape(24, 1, 128))).view(2, 12)
        expected = (model.lead_attention(x) * per_lead).sum(dim=1)
        assert torch.allclose(model(x), expected, atol=1e-5)


def test_an_absent_lead_has_no_say(model: ECG12Net) -> None:
    x = torch.randn(2, 12, 128)
    present = torch.ones(2, 12, dtype=torch.bool)
    present[0, [3, 7]] = False
    other = x.clone()
    other[0, [3, 7]] = 5.0
    with torch.no_grad():
        attention = model.lead_attention(x, present)
        assert torch.equal(attention == 0, ~present)
        assert torch.allclose(attention.sum(dim=1), torch.ones(2))
        assert torch.allclose(model(x, present), model(other, present), atol=1e-5)
        assert not torch.allclose(model(x)[0], model(other)[0], atol=1e-5)


def test_all_leads_present_is_the_same_as_no_mask(model: ECG12Net) -> None:
    x = torch.randn(2, 12, 64)
    with torch.no_grad():
        assert torch.equal(model(x), model(x, torch.ones(2, 12, dtype=torch.bool)))


def test_an_ecg_without_leads_is_refused(model: ECG12Net) -> None:
    present = torch.ones(2, 12, dtype=torch.bool)
    present[1] = False
    with pytest.raises(ValueError, match="at least one lead"):
        model(torch.zeros(2, 12, 64), present)


@pytest.mark.parametrize("samples", [0, 63, 1000])
def test_lengths_must_divide_by_64(model: ECG12Net, samples: int) -> None:
    with pytest.raises(ValueError, match="multiple of 64"):
        model(torch.zeros(1, 12, samples))


@pytest.mark.parametrize(("kernel_size", "stride", "samples"), [(1, 1, 7), (3, 1, 8), (3, 2, 8), (3, 2, 7)])
def test_a_folded_unit_gives_what_its_layers_give(kernel_size: int, stride: int, samples: int) -> None:
    torch.manual_seed(0)
    unit = ConvUnit(5, 6, kernel_size, stride)
    with torch.no_grad():
        unit(3 * torch.randn(8, 5, samples) + 1)  # normalization statistics
        unit.eval()
        x = torch.randn(2, 5, samples)
        assert torch.allclose(unit.folded(x.permute(2, 0, 1)).permute(1, 2, 0), unit(x), atol=1e-5)


def test_what_is_remembered_of_weights_follows_them(model: ECG12Net) -> None:
    x = torch.randn(3, 1, 128)
    with torch.no_grad():
        before = model.trunk(x)
        for module in model.trunk.modules():
            if isinstance(module, nn.BatchNorm1d | nn.Conv1d):
                for tensor in (*module.parameters(), *module.buffers()):
                    tensor.mul_(2)
        changed = model.trunk(x)
        assert not torch.allclose(changed, before, atol=1e-2)
        assert torch.allclose(changed, nn.Sequential(*model.trunk)(x), rtol=1e-4, atol=1e-5)


def test_gradients_are_those_of_the_layers(model: ECG12Net) -> None:
    x = torch.randn(3, 1, 128)
    with torch.no_grad():
        model.trunk(x)
    weight = model.trunk[1].unit[1][0].weight
    found, expected = (
        torch.autograd.grad(trunk(signal).square().sum(), (signal, weight))
        for trunk in (model.trunk, nn.Sequential(*model.trunk))
        for signal in (x.clone().requires_grad_(),)
    )
    for own, of_layers in zip(found, expected, strict=True):
        assert torch.allclose(own, of_layers, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("signals", [3, 12, 13])
def test_the_trunk_evaluates_what_its_layers_compute(model: ECG12Net, signals: int) -> None:
    x = torch.randn(signals, 1, 256)
    with torch.no_grad():
        assert torch.allclose(model.trunk(x), nn.Sequential(*model.trunk)(x), atol=1e-5)


def test_evaluation_in_half_the_digits_is_near_the_full_answer(model: ECG12Net) -> None:
    x = torch.randn(2, 12, 128)
    with torch.no_grad():
        expected = model(x)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            found = model(x)
    assert torch.allclose(found.float(), expected, rtol=0.02)
