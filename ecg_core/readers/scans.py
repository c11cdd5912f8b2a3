"""Pictures and PDFs of ECGs on paper."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ecg_core.digitization.pictures import read_pages
from ecg_core.digitization.types import Corrections
from ecg_core.errors import MissingInformationError
from ecg_core.readers.inputs import InputFile, ReadRequest
from ecg_core.readers.recording import Channel, Recording
from ecg_core.record import DIGITIZED_PAGE

if TYPE_CHECKING:
    from ecg_core.digitization.document import Document


def read_scan(request: ReadRequest) -> Recording:
    """Digitize the request's files; raises what `digitize_files` raises."""
    record = digitize_files(request.files, request.corrections).record
    channels = [
        Channel(lead, signal_mv, record.fs_hz)
        for lead, signal_mv in zip(record.leads, record.signal_mv, strict=True)
    ]
    return Recording(format=DIGITIZED_PAGE, channels=channels, notes=record.notes)


def digitize_files(
    files: Sequence[InputFile], corrections: Corrections, progress: Callable[[str], None] = lambda stage: None
) -> Document:
    """Digitize every page with ECG in these files; what the user put right holds for all of them.

    Raises MissingInformationError (``needs="scale"``) where the paper does not tell how large a millivolt and a
    second are, and what `read_pages` and `digitize_document` raise.
    """
    pages = [page for file in files for page in read_pages(file.path, file.display_name)]
    pages = [replace(page, number=number) for number, page in enumerate(pages, start=1)]
    from ecg_core.digitization.document import digitize_document  # loads PyTorch: other formats need not wait

    document = digitize_document(pages, {page.number: corrections for page in pages}, progress)
    if not document.scale_known:
        raise MissingInformationError(
            f"{files[0].display_name} does not show for sure how large a second and a millivolt are printed. "
            "Give the pixels per millimetre, the paper speed (mm/s) and the gain (mm/mV).",
            needs="scale",
        )
    return document
