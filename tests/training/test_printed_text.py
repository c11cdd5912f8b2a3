"""What the network that reads print learns from, and its loss."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ecg_core.digitization.text_net import CHARACTERS, CROP_HEIGHT_PX, LEAD_NAMES, NOT_A_NAME, Reading, decode
from ecg_core.leads import canonical_lead_name
from ecg_core.training.printed_text import PrintBatches, packed, reading_loss, split_fonts
from ecg_core.training.text_pictures import Example, example
from ecg_core.training.text_strings import lead_spelling, other_string, scale_string

WIDTH_PX = 40


def crop_of(width_px: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.zeros((2, CROP_HEIGHT_PX, width_px), np.float32)


class KnowsTheAnswer(nn.Module):
    """Reads "V1" in every crop, lead V1, with logits as sure as given."""

    def __init__(self, sureness: float) -> None:
        super().__init__()
        self.sureness = sureness

    def forward(self, crops: Tensor, widths_px: Tensor) -> Reading:
        leads = torch.zeros(len(crops), 1 + len(LEAD_NAMES))
        leads[:, LEAD_NAMES.index("V1")] = self.sureness
        characters = torch.zeros(len(crops), WIDTH_PX // 2, 1 + len(CHARACTERS))
        characters[:, :, 0] = self.sureness
        for frame, character in ((3, "V"), (4, "V"), (9, "1")):
            characters[:, frame, 0] = 0
            characters[:, frame, 1 + CHARACTERS.index(character)] = self.sureness
        return Reading(leads, characters)


def loss_of(text: str | None, lead: int, sureness: float = 20.0) -> float:
    crops, targets = packed([Example(crop_of(WIDTH_PX), lead, text)] * 2)
    return float(reading_loss(KnowsTheAnswer(sureness), torch.from_numpy(crops), torch.from_numpy(targets)))


def test_the_right_answer_costs_nothing_and_each_wrong_half_costs() -> None:
    v1, v2 = LEAD_NAMES.index("V1"), LEAD_NAMES.index("V2")
    assert loss_of("V1", v1) == pytest.approx(0, abs=1e-3)
    assert loss_of("V1", v2) > 5
    assert loss_of("V2", v1) > 1
    assert loss_of(None, v1) == pytest.approx(0, abs=1e-3), "characters that can't be asked for cost nothing"


def test_repeated_frames_are_one_character() -> None:
    reading = KnowsTheAnswer(20.0)(torch.zeros(1, 2, CROP_HEIGHT_PX, WIDTH_PX), torch.tensor([WIDTH_PX]))
    ((text, confidence),) = decode(reading.characters, torch.tensor([WIDTH_PX]))
    assert text == "V1"
    assert confidence > 0.99


def test_what_lies_in_the_padding_is_not_read() -> None:
    reading = KnowsTheAnswer(20.0)(torch.zeros(1, 2, CROP_HEIGHT_PX, WIDTH_PX), torch.tensor([16]))
    assert decode(reading.characters, torch.tensor([16]))[0][0] == "V"


def test_examples_follow_from_the_seed_and_show_print_of_all_kinds() -> None:
    drawn, again = ([example((None,), rng) for _ in range(60)] for rng in map(np.random.default_rng, (1, 1)))
    for one, same in zip(drawn, again, strict=True):
        assert one.crop.shape[:2] == (2, CROP_HEIGHT_PX)
        assert np.array_equal(one.crop, same.crop)
        assert 0 <= one.crop.min() <= one.crop.max() <= 1 + 1e-5
    names = [one for one in drawn if one.lead != NOT_A_NAME]
    assert 20 < len(names) < 50
    assert all(one.text for one in names)
    assert any(one.text is None for one in drawn)
    assert any(one.text == "" for one in drawn)


@pytest.mark.parametrize("draw", [scale_string, other_string], ids=["scale", "other"])
def test_other_print_spells_no_lead_and_can_be_written(draw: Callable[[np.random.Generator], str]) -> None:
    rng = np.random.default_rng(0)
    texts = [draw(rng) for _ in range(500)]
    assert [text for text in texts if canonical_lead_name(text) is not None] == []
    assert set("".join(texts)) <= set(CHARACTERS)


def test_leads_are_spelled_as_a_reader_of_files_would_know_them() -> None:
    rng = np.random.default_rng(0)
    spelled = {name: {lead_spelling(name, rng) for _ in range(80)} for name in LEAD_NAMES[:12]}
    for name, spellings in spelled.items():
        assert name in spellings
        known = {canonical_lead_name(spelling.replace(" ", "").rstrip(":.-")) for spelling in spellings}
        assert known <= {name, None}, "no spelling is that of another lead"


def test_styles_of_a_font_stay_on_one_side() -> None:
    fonts = [Path(f"{family}-{style}.ttf") for family in "ABCDEFGHIJKLM" for style in ("Regular", "Bold")]
    learning, judging = split_fonts(fonts)
    assert len(learning) + len(judging) == len(fonts)
    assert judging
    assert not {font.stem[0] for font in learning} & {font.stem[0] for font in judging}


def test_crops_are_different_for_some_epochs_and_then_come_again() -> None:
    source = PrintBatches((None,), seed=0, chunks=1, different=2, chunk=8)
    first, second, third = (list(source.batches(8, epoch)) for epoch in range(3))
    assert torch.equal(first[0][0], third[0][0])
    assert first[0][0].shape != second[0][0].shape or not torch.equal(first[0][0], second[0][0])
