"""PDF pages, drawn in a child process under limits of memory and time."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ecg_core.child_process import run_in_child
from ecg_core.digitization import pdf_child
from ecg_core.digitization.types import PageImage
from ecg_core.errors import FileTooLargeError, UnreadableFileError

PDF_MAGIC = b"%PDF-"


def read_pdf(
    source: bytes | Path, name: str, max_pages: int, max_page_pixels: int, max_file_pixels: int
) -> tuple[PageImage, ...]:
    """Every page as a picture: a scan at its own resolution (150 to 400 dpi), anything else at 300 dpi.

    Pages that would have more than `max_page_pixels`, or more than `max_file_pixels` together, are drawn
    smaller. Raises UnreadableFileError for a damaged or locked file, and FileTooLargeError for more than
    `max_pages` and for one that takes too much memory or time.
    """
    limits = (str(limit) for limit in (max_pages, max_page_pixels, max_file_pixels))
    answer = BytesIO(run_in_child(pdf_child.__file__, source, name, "PDF", *limits))
    return tuple(
        _page(facts, answer, number, name, max_pages)
        for number, facts in enumerate(map(json.loads, iter(answer.readline, b"")), start=1)
    )


def _page(facts: Mapping[str, Any], answer: BinaryIO, number: int, name: str, max_pages: int) -> PageImage:
    """One page from what the child said about it and the pixels that follow. Raises where it said why there is none."""
    if "locked" in facts:
        raise UnreadableFileError(f"{name} is locked with a password. Save it without one first.")
    if facts.get("n_pages") == 0:
        raise UnreadableFileError(f"{name} holds no page. Export it again.")
    if "n_pages" in facts:
        raise FileTooLargeError(
            f"{name} holds {facts['n_pages']} pages; at most {max_pages} are read. "
            "Save the pages with the ECG as a file of their own."
        )
    shape = (facts["height_px"], facts["width_px"], 3)
    rgb = np.frombuffer(answer.read(math.prod(shape)), dtype=np.uint8).reshape(shape)
    return PageImage(rgb, facts["dpi"], number)
