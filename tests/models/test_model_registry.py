import pytest
from torch import nn

from ecg_core.errors import CheckpointError
from ecg_core.leads import STANDARD_LEADS
from ecg_core.models import MODELS, build
from ecg_core.models.registry import register


def test_the_three_systems_and_what_they_are_fed() -> None:
    assert {key: (spec.leads, spec.samples) for key, spec in MODELS.items()} == {
        "dcrnn": (("II",), 512),
        "ecg12net": (STANDARD_LEADS, 1024),
        "beta_vae": (("II", "V5"), 512),
    }


def test_the_registry_cannot_be_written_to() -> None:
    with pytest.raises(TypeError):
        MODELS["mine"] = MODELS["dcrnn"]  # type: ignore[index]


def test_a_key_is_given_once() -> None:
    with pytest.raises(ValueError, match="already registered"):
        register("dcrnn", leads=("II",), samples=512)(nn.Identity)


def test_an_unknown_architecture_is_named_with_the_known_ones() -> None:
    with pytest.raises(CheckpointError, match=r"'resnet'.*dcrnn"):
        build("resnet")


def test_arguments_reach_the_constructor() -> None:
    assert build("dcrnn", in_channels=2).in_channels == 2
