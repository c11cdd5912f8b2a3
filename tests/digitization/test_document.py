"""From the pages of a file to one record; the pages themselves are made up here."""

import json
from dataclasses import replace

import numpy as np
import pytest

from ecg_core.digitization import document as document_module
from ecg_core.digitization.digitize import Progress
from ecg_core.digitization.document import digitize_document
from ecg_core.digitization.export import document_json
from ecg_core.digitization.types import Corrections, Digitization, PageImage
from ecg_core.errors import NotAnECGPageError, SignalError
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import DIGITIZED_PAGE
from tests.digitization.made_up_page import made_up_digitization

LIMB, CHEST = (("I", "II", "III"), ("aVR", "aVL", "aVF")), (("V1", "V2", "V3"), ("V4", "V5", "V6"))
LETTER = 0  # pages are told apart by their first pixel


def pages(*kinds: int) -> list[PageImage]:
    return [
        PageImage(np.full((200, 300, 3), kind, np.uint8), number=number)
        for number, kind in enumerate(kinds, start=1)
    ]


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture's brightness says what is on it: 0 a letter, 1 the limb leads, 2 the chest leads, 3 all, 4 nonsense."""

    def digitize(page: PageImage, corrections: Corrections, progress: Progress) -> Digitization:
        kind = int(page.rgb[0, 0, 0])
        if kind == LETTER:
            raise NotAnECGPageError("There is only print.")
        if kind == 4:
            raise SignalError("No line could be followed.")
        leads = {1: LIMB, 2: CHEST, 3: LIMB + CHEST}[kind]
        return made_up_digitization(page, corrections, progress, leads=leads)

    monkeypatch.setattr(document_module, "digitize_page", digitize)


def test_a_page_gives_its_record_with_everything_that_must_be_said() -> None:
    document = digitize_document(pages(3))
    assert document.record.leads == STANDARD_LEADS
    assert document.record.source.format == DIGITIZED_PAGE
    assert document.record.notes == ("The trace of V3 is faint in places.",)
    assert [lead.lead for lead in document.leads] == list(STANDARD_LEADS)
    assert document.left_out == ()


def test_letters_between_the_pages_are_left_out_and_told() -> None:
    document = digitize_document(pages(LETTER, 1, LETTER, 2))
    assert [page.page.number for page in document.pages] == [2, 4]
    assert document.record.leads == STANDARD_LEADS
    assert document.left_out == (
        "Page 1 was left out: There is only print.",
        "Page 3 was left out: There is only print.",
    )
    assert set(document.left_out) < set(document.record.notes)


def test_without_a_usable_page_the_reason_that_says_most_is_told() -> None:
    with pytest.raises(NotAnECGPageError, match="only print"):
        digitize_document(pages(LETTER, LETTER))
    with pytest.raises(SignalError, match="No line"):
        digitize_document(pages(LETTER, 4))


def test_a_page_that_cannot_be_used_does_not_take_the_others_with_it() -> None:
    document = digitize_document(pages(1, 4))
    assert document.record.leads == STANDARD_LEADS[:6]
    assert document.left_out == ("Page 2 was left out: No line could be followed.",)


def test_corrections_go_to_their_page() -> None:
    corrected = Corrections(speed_mm_s=50)
    document = digitize_document(pages(1, 2), {2: corrected})
    assert [page.corrections for page in document.pages] == [Corrections(), corrected]


def test_progress_says_which_of_several_pages_is_at_work() -> None:
    told: list[str] = []
    digitize_document(pages(3), progress=told.append)
    digitize_document(pages(LETTER, 1), progress=told.append)
    assert told == ["Making a page up", "Page 2 of 2: Making a page up"]


def test_a_guess_on_one_page_makes_the_scale_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert digitize_document(pages(1, 2)).scale_known
    sure, guess = made_up_digitization(), made_up_digitization(scale_known=False)
    assert not document_module.document_of([sure, guess]).scale_known


def test_json_holds_what_was_found_and_the_sum_of_all_pages() -> None:
    one = document_json(digitize_document(pages(LETTER, 3)))
    assert json.loads(json.dumps(one, allow_nan=False)) == one
    assert (one["page"], one["speed_mm_s"], one["gain_mm_mv"]) == (2, 25, 10)
    assert one["px_per_mm"] == pytest.approx(4.0) and one["rotation_deg"] == 2
    assert one["leads"].keys() == set(STANDARD_LEADS) and "pages" not in one
    assert "Page 1 was left out: There is only print." in one["warnings"]
    two = document_json(digitize_document(pages(1, 2)))
    assert [page["page"] for page in two["pages"]] == [1, 2]
    assert two["leads"].keys() == set(STANDARD_LEADS)
    assert two["pages"][0]["leads"].keys() == set(STANDARD_LEADS[:6])


def test_of_a_lead_on_two_pages_the_surer_confidence_counts() -> None:
    unsure = made_up_digitization(leads=LIMB)
    unsure = replace(unsure, leads=tuple(replace(lead, confidence=0.1) for lead in unsure.leads))
    document = document_module.document_of([unsure, made_up_digitization()])
    assert min(lead.confidence for lead in document.leads) > 0.1
