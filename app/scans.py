"""A document of scanned or photographed pages: what was found on each, and what the user has put right.

Values, not screens: every change makes a new one, so that a change that fails leaves what was there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ecg_core.digitization.digitize import Progress, redigitize
from ecg_core.digitization.document import Document, digitize_document, document_of
from ecg_core.digitization.pictures import read_pages
from ecg_core.digitization.types import Corrections, Digitization, LeadConfidence, Points
from ecg_core.errors import FileTooLargeError
from ecg_core.figures.confidence import confidence_words
from ecg_core.readers import NamedBytes
from ecg_core.readers.inputs import UPLOAD_LIMITS
from ecg_core.readers.sniffing import HEAD_BYTES, FileKind, sniff
from ecg_core.record import ECGRecord


@dataclass(frozen=True, eq=False)
class ScannedPage:
    """One page with an ECG on it, and the corrections to go back and forth to.

    `covers` are polygons that the user drew over it, in pixels of the source picture.
    """

    found: Digitization
    past: tuple[Corrections, ...] = ()
    future: tuple[Corrections, ...] = ()
    covers: tuple[Points, ...] = ()

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
class Scan:
    """The pages of one upload that hold an ECG, and the document that they make."""

    name: str
    pages: tuple[ScannedPage, ...]
    document: Document
    notes: tuple[str, ...] = ()  # where a bundled example comes from

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
        return replace(
            record,
            source=replace(record.source, name=self.name),
            notes=(*self.notes, trust, *record.notes),
        )


def is_scan(files: Sequence[NamedBytes]) -> bool:
    """Whether these are pictures or PDFs, by their content."""
    kinds = {sniff(file.data[:HEAD_BYTES]) for file in files}
    return bool(kinds) and kinds <= {FileKind.PICTURE, FileKind.PDF}


def open_scan(files: Sequence[NamedBytes], progress: Progress) -> Scan:
    """Digitize every page of the files that holds an ECG.

    Raises the NotAnECGPageError of the first page where none does, and another ECGError for files that
    cannot be read or are too large.
    """
    limit = UPLOAD_LIMITS.given_bytes
    if sum(len(file.data) for file in files) > limit:
        raise FileTooLargeError(
            f"These files are larger than {limit // 1_000_000} MB together. Choose the pages of one ECG only."
        )
    images = [image for file in files for image in read_pages(file.data, file.name)]
    numbered = [replace(image, number=number) for number, image in enumerate(images, start=1)]
    document = digitize_document(numbered, progress=progress)
    name = files[0].name if len(files) == 1 else f"{files[0].name} and {len(files) - 1} more"
    return Scan(name, tuple(ScannedPage(page) for page in document.pages), document)
