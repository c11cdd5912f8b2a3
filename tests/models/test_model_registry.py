import pytest
from torch import nn

from ecg_core.errors import CheckpointError
from ecg_core.leads import STANDARD_LEADS
from ecg_core.models import MODELS, build
from ecg_core.models.registry import register

SOURCES = {  # leads, samples, facts, least leads
    "dcrnn": (("II",), 512, 0, 1),
    "dscnn": (("II",), 512, 0, 1),
    "dscnn_standard": (("II",), 512, 0, 1),
    "ecg12net": (STANDARD_LEADS, 1024, 0, 8),
    "empnet": (STANDARD_LEADS, 1024, 8, 8),
    "beta_vae": (("II", "V5"), 512, 0, 2),
}


@pytest.mark.parametrize("key", SOURCES)
def test_the_systems_of_the_sources_and_what_they_are_fed(key: str) -> None:
    spec = MODELS[key]
    assert (spec.leads, spec.samples, spec.n_facts, spec.min_leads) == SOURCES[key]


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
