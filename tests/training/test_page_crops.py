"""What the finder of traces is shown while it learns."""

import pytest

from ecg_core.datasets.base_ecg import ListedECG
from ecg_core.errors import ECGError, UnreadableFileError
from ecg_core.record import ECGRecord
from ecg_core.rendering.page import TRACE
from ecg_core.training.page_crops import CROP_PX, Fonts, RenderedCrops
from tests.datasets.mini_ptbxl import example


def damaged() -> ECGRecord:
    raise UnreadableFileError("This file is damaged.")


def crops(*ecgs: ListedECG) -> RenderedCrops:
    return RenderedCrops(ecgs, Fonts((), ()), seed=(3,), pages=1)


def test_pages_are_drawn_from_the_records_that_can_be_read() -> None:
    readable = ListedECG(lambda: example("normal"), "ptbxl-1", None, "train")
    bad = ListedECG(damaged, "ptbxl-2", None, "train")
    rgb, classes = crops(bad, readable, bad)[0]
    assert rgb.shape[1:] == (CROP_PX, CROP_PX, 3) and classes.shape == rgb.shape[:3]
    assert (classes == TRACE).any()


def test_no_readable_record_is_an_error_and_no_endless_search() -> None:
    with pytest.raises(ECGError, match="None of the base ECGs"):
        crops(ListedECG(damaged, "ptbxl-2", None, "train"))[0]
