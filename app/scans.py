"""A document of scanned or photographed pages: what was found on each, and what the user has put right.

Values, not screens: every change makes a new one, so that a change that fails leaves what was there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ecg_core.digitization.digitize import Progress, redigitize
from ecg_core.digitization.document import (
    Document,
    digitize_document,
    digitize_pages,
    document_of,
    left_out_words,
)
from ecg_core.digitization.pictures import read_pages
from ecg_core.digitization.types import Corrections, Digitization, LeadConfidence, PageImage, Points
from ecg_core.errors import ECGError, FileTooLargeError
from ecg_core.figures.confidence import confidence_words
from ecg_core.readers import NamedBytes
from ecg_core.readers.inputs import UPLOAD_LIMITS
from ecg_core.readers.sniffing import HEAD_BYTES, FileKind, sniff
from ecg_core.record import ECGRecord


@dataclass(frozen=True, eq=False)
class ScannedPage:
    """One page with an ECG on it, and the corrections to go back and forth to.

    `covers` are polygons that the user drew over it, in pixels of the source picture. A page that the user set up by
    hand has a `layout` to fall back to, and the reason why it was `refused` before.
    """

    found: Digitization
    past: tuple[Corrections, ...] = ()
    future: tuple[Corrections, ...] = ()
    covers: tuple[Points, ...] = ()
    layout: str | None = None
    refused: str = ""

    @property
    def uncorrected(self) -> Corrections:
        """What "reset all" leads back to."""
        return Corrections(layout=self.layout)

    def corrected(self, corrections: Corrections, progress: Progress) -> ScannedPage:
        """The page with these corrections instead of its own. Raises ECGError where they cannot work."""
        if corrections == self.found.corrections:
            return self
        found = redigitize(self.found, corrections, progress)
        return replace(self, found=found, past=(*self.past, self.found.corrections), future=())

    def undone(self, progress: Progress) -> ScannedPage:
        """The page before the last correction."""
        *past, corrections = self.past
        found = redigitize(self.found, corrections, progress)
        return replace(self, found=found, past=tuple(past), future=(self.found.corrections, *self.future))

    def redone(self, progress: Progress) -> ScannedPage:
        """The page with the correction that was undone last."""
        corrections, *future = self.future
        found = redigitize(self.found, corrections, progress)
        return replace(self, found=found, past=(*self.past, self.found.corrections), future=tuple(future))


@dataclass(frozen=True, eq=False)
class LeftOutPages:
    """The pages of an upload that are not used: the files they are in, and by number why each one is not."""

    files: tuple[NamedBytes, ...] = ()
    reasons: Mapping[int, ECGError] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How the upload is called on the screen."""
        first = self.files[0].name
        return first if len(self.files) == 1 else f"{first} and {len(self.files) - 1} more"

    def page(self, number: int) -> PageImage:
        """One of them, read again: that takes less room than to keep them all."""
        return next(image for image in _images(self.files) if image.number == number)

    def without(self, number: int) -> LeftOutPages:
        """The others."""
        return replace(self, reasons={n: reason for n, reason in self.reasons.items() if n != number})


class NoUsablePageError(ECGError):
    """No page of an upload can be used as it is; `left_out` are those that the user may set up by hand."""

    def __init__(self, left_out: LeftOutPages) -> None:
        super().__init__(_why_none(left_out.reasons))
        self.left_out = left_out


@dataclass(frozen=True, eq=False)
class Scan:
    """The pages of one upload that hold an ECG, and the document that they make."""

    name: str
    pages: tuple[ScannedPage, ...]
    document: Document
    notes: tuple[str, ...] = ()  # where a bundled example comes from
    left_out: LeftOutPages = LeftOutPages()

    @property
    def weakest(self) -> LeadConfidence:
        """The lead that can be trusted least."""
        return min(self.document.leads, key=lambda lead: lead.confidence)

    @property
    def pages_words(self) -> str:
        """``"a page"`` or ``"2 pages"``."""
        return "a page" if len(self.pages) == 1 else f"{len(self.pages)} pages"

    def with_page(self, number: int, page: ScannedPage) -> Scan:
        """The scan with another state of one page, and the document that follows from it."""
        pages = (*self.pages[:number], page, *self.pages[number + 1 :])
        if page.found is self.pages[number].found:
            return replace(self, pages=pages)
        document = document_of([page.found for page in pages], self.document.left_out)
        return replace(self, pages=pages, document=document)

    def as_record(self) -> ECGRecord:
        """The record with everything that must be said about it."""
        record, weakest = self.document.record, self.weakest
        trust = (
            f"Digitized from {self.pages_words}. Lowest lead confidence: "
            f"{weakest.lead} {confidence_words(weakest.confidence)}."
        )
        by_hand = [
            f"Page {page.found.page.number} was set up by hand; it was not taken for an ECG before."
            for page in self.pages
            if page.refused
        ]
        return replace(
            record,
            source=replace(record.source, name=self.name),
            notes=(*self.notes, trust, *by_hand, *record.notes),
        )


def is_scan(files: Sequence[NamedBytes]) -> bool:
    """Whether these are pictures or PDFs, by their content."""
    kinds = {sniff(file.data[:HEAD_BYTES]) for file in files}
    return bool(kinds) and kinds <= {FileKind.PICTURE, FileKind.PDF}


def open_scan(files: Sequence[NamedBytes], progress: Progress) -> Scan:
    """Digitize every page of the files that holds an ECG.

    Raises NoUsablePageError where none does, and another ECGError for files that cannot be read or are too large.
    """
    limit = UPLOAD_LIMITS.given_bytes
    if sum(len(file.data) for file in files) > limit:
        raise FileTooLargeError(
            f"These files are larger than {limit // 1_000_000} MB together. Choose the pages of one ECG only."
        )
    found, refusals = digitize_pages(_images(files), progress=progress)
    left_out = LeftOutPages(tuple(files), refusals)
    if not found:
        raise NoUsablePageError(left_out)
    return _scan_of([ScannedPage(page) for page in found], left_out)


def set_up_by_hand(
    scan: Scan | None, left_out: LeftOutPages, number: int, layout: str, progress: Progress
) -> Scan:
    """The scan with one more page, which the user says to be an ECG of this layout; without a scan, a new one.

    Raises ECGError where no line at all can be followed on that page.
    """
    said = {number: Corrections(layout=layout)}
    found = digitize_document([left_out.page(number)], said, progress).pages[0]
    page = ScannedPage(found, layout=layout, refused=str(left_out.reasons[number]))
    pages = [page] if scan is None else sorted([*scan.pages, page], key=lambda one: one.found.page.number)
    return _scan_of(pages, left_out.without(number))


def _scan_of(pages: Sequence[ScannedPage], left_out: LeftOutPages) -> Scan:
    document = document_of([page.found for page in pages], left_out_words(left_out.reasons))
    return Scan(left_out.name, tuple(pages), document, left_out=left_out)


def _images(files: Sequence[NamedBytes]) -> list[PageImage]:
    """All pages of the files, numbered through."""
    images = [image for file in files for image in read_pages(file.data, file.name)]
    return [replace(image, number=number) for number, image in enumerate(images, start=1)]


def _why_none(reasons: Mapping[int, ECGError]) -> str:
    """Each reason once, with the pages that it holds for."""
    numbers: dict[str, list[str]] = {}
    for number, reason in reasons.items():
        numbers.setdefault(str(reason), []).append(str(number))
    if len(reasons) == 1:
        return next(iter(numbers))
    said = [f"Page {', '.join(those)}: {reason}" for reason, those in numbers.items()]
    return " ".join([f"None of the {len(reasons)} pages can be used.", *said])
