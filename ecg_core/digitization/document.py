"""`digitize_document`: from the pages of a file to one record; `digitize_pages`: the same before they are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from ecg_core.digitization.digitize import Progress, digitize_page
from ecg_core.digitization.merging import merge_records
from ecg_core.digitization.types import Corrections, Digitization, LeadConfidence, PageImage
from ecg_core.errors import ECGError, NotAnECGPageError
from ecg_core.record import DIGITIZED_PAGE, ECGRecord

_NO_CORRECTIONS: Mapping[int, Corrections] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Document:
    """The pages of a file that hold ECG, the record that they make together, and what was left out, in words."""

    pages: tuple[Digitization, ...]
    record: ECGRecord
    left_out: tuple[str, ...] = ()

    @property
    def scale_known(self) -> bool:
        """Whether no page's scale is a guess."""
        return all(page.calibration.known for page in self.pages)

    @property
    def leads(self) -> tuple[LeadConfidence, ...]:
        """How far each lead of the record can be trusted; of a lead on several pages the best."""
        every = [lead for page in self.pages for lead in page.leads]
        best = {lead.lead: lead for lead in sorted(every, key=lambda lead: lead.confidence)}
        return tuple(best[name] for name in self.record.leads if name in best)


def digitize_document(
    pages: Sequence[PageImage],
    corrections: Mapping[int, Corrections] = _NO_CORRECTIONS,
    progress: Progress = lambda stage: None,
) -> Document:
    """Digitize every page that holds ECG and make one record of them.

    `corrections` are those of a page by its number in the file. Pages that hold no ECG (letters, reports) or none
    that can be used are left out and told. Where no page is left, raises the ECGError of the first that was
    more than no ECG, or else of the first.
    """
    found, refusals = digitize_pages(pages, corrections, progress)
    if not found:
        raise min(refusals.values(), key=lambda refusal: isinstance(refusal, NotAnECGPageError))
    return document_of(found, left_out_words(refusals))


def digitize_pages(
    pages: Sequence[PageImage],
    corrections: Mapping[int, Corrections] = _NO_CORRECTIONS,
    progress: Progress = lambda stage: None,
) -> tuple[tuple[Digitization, ...], Mapping[int, ECGError]]:
    """Digitize every page that holds ECG; returns those, and by its number why each other one cannot be used.

    Of several pages `progress` is told which one is at work.
    """
    found: list[Digitization] = []
    refusals: dict[int, ECGError] = {}
    for count, page in enumerate(pages, start=1):
        tell = _of_page(count, len(pages), progress) if len(pages) > 1 else progress
        try:
            found.append(digitize_page(page, corrections.get(page.number, Corrections()), tell))
        except ECGError as refusal:
            refusals[page.number] = refusal
    return tuple(found), refusals


def left_out_words(refusals: Mapping[int, ECGError]) -> list[str]:
    """For each page that was left out, by its number, which one and why."""
    return [f"Page {number} was left out: {refusal}" for number, refusal in refusals.items()]


def _of_page(count: int, n_pages: int, progress: Progress) -> Progress:
    return lambda stage: progress(f"Page {count} of {n_pages}: {stage}")


def document_of(pages: Sequence[Digitization], left_out: Sequence[str] = ()) -> Document:
    """Pages that are digitized already as one document; what must be said about them stands in the record's notes."""
    record = merge_records([page.record for page in pages])
    warnings = [warning for page in pages for warning in page.warnings]
    notes = dict.fromkeys((*left_out, *record.notes, *warnings))
    source = replace(record.source, format=DIGITIZED_PAGE)
    return Document(tuple(pages), replace(record, source=source, notes=tuple(notes)), tuple(left_out))
