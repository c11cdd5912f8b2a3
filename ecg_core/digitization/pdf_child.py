"""The part of PDF reading that is kept apart: run as a script in a process of its own.

What a PDF takes to draw can't be told from its size: a small one may hold gigabytes of pictures or run for
hours, and pdfium is a million lines of C++. Arguments: how many pages, how many pixels a page and how many
all pages together may have. Standard input: the file. Standard output: for each page a line of JSON with its
size, then its RGB bytes; or one line that says why there is none. Nothing of this project is imported, to
start fast.
"""

from __future__ import annotations

import json
import math
import sys
from typing import Any

import pypdfium2
from pypdfium2 import raw

PT_PER_INCH = 72
VECTOR_DPI = 300.0
SCAN_DPI = (150.0, 400.0)  # what the pixels of a scan are taken for as they are
SCAN_SHARE = 0.6  # of a page that a picture must cover to be its scan
MAX_OBJECTS = 1000  # in which a page's scan is looked for


def scan_dpi(page: Any) -> float | None:
    """The resolution of the one picture that a scanned page consists of, so that its pixels stay as they are."""
    width_pt, height_pt = page.get_size()
    for _, item in zip(range(MAX_OBJECTS), page.get_objects(max_depth=2), strict=False):
        if item.type != raw.FPDF_PAGEOBJ_IMAGE:
            continue
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) >= SCAN_SHARE * width_pt * height_pt:
            n_pixels = math.prod(item.get_px_size())
            dpi = PT_PER_INCH * math.sqrt(n_pixels / ((right - left) * (top - bottom)))
            return dpi * (1 - 1e-5)  # sizes are rounded up: no hair's breadth may add a pixel
    return None


def resolution_dpi(page: Any, max_pixels: int) -> float:
    """At which a page is drawn."""
    found = scan_dpi(page)
    wanted = VECTOR_DPI if found is None else min(max(found, SCAN_DPI[0]), SCAN_DPI[1])
    return min(wanted, PT_PER_INCH * math.sqrt(max_pixels / max(math.prod(page.get_size()), 1.0)))


def say(facts: dict[str, Any]) -> None:
    """Write a line of JSON."""
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n")


def main(max_pages: int, max_page_pixels: int, max_file_pixels: int) -> None:
    """Draw the pages to standard output, or say why not."""
    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    except pypdfium2.PdfiumError as error:
        if error.err_code != raw.FPDF_ERR_PASSWORD:
            raise
        return say({"locked": True})
    if not 0 < len(document) <= max_pages:
        return say({"n_pages": len(document)})
    max_pixels = min(max_page_pixels, max_file_pixels // len(document))
    for page in document:
        dpi = resolution_dpi(page, max_pixels)
        drawn = page.render(scale=dpi / PT_PER_INCH, rev_byteorder=True)
        say({"width_px": drawn.width, "height_px": drawn.height, "dpi": dpi})
        sys.stdout.buffer.write(drawn.buffer)
        page.close()
    return None


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
