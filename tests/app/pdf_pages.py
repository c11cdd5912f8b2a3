"""An ECG on two pages of a PDF, limb leads and chest leads, with a letter between them: drawn, and scanned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw

from ecg_core.leads import CHEST_LEADS, LIMB_LEADS
from ecg_core.record import ECGRecord
from ecg_core.rendering import PageStyle, render_page, sheet

LETTER = tuple(
    f"Dear colleague, {n} weeks ago this patient was seen again; see the next page." for n in range(30)
)
_PAGE_MM = (297.0, 210.0)
_PT_PER_MM = 72 / 25.4
_LEFT_MM, _TOP_MM, _ROW_MM = 20.0, 185.0, 30.0
_SPEED_MM_S, _GAIN_MM_MV = 25.0, 10.0
_SCAN_PX_PER_MM = 6.0


def scanned_pdf(record: ECGRecord) -> bytes:
    """Pages as a scanner makes them: a JPEG each."""
    limb, chest = (
        Image.fromarray(
            render_page(
                record,
                PageStyle(sheet=sheet("6x1", chest=chest), page_mm=_PAGE_MM, px_per_mm=_SCAN_PX_PER_MM),
            ).rgb
        )
        for chest in (False, True)
    )
    letter = Image.new("RGB", limb.size, "white")
    ImageDraw.Draw(letter).text((150, 150), "\n".join(LETTER), "black", font_size=24, spacing=12)
    file = BytesIO()
    limb.save(file, "PDF", save_all=True, append_images=[letter, chest], resolution=25.4 * _SCAN_PX_PER_MM)
    return file.getvalue()


def drawn_pdf(record: ECGRecord) -> bytes:
    """Pages as a device makes them: lines and letters, no pixels."""
    letter = [_text(line, _LEFT_MM, 195 - 6 * n) for n, line in enumerate(LETTER)]
    return _pdf([_leads(record, LIMB_LEADS), letter, _leads(record, CHEST_LEADS)])


def _leads(record: ECGRecord, leads: Sequence[str]) -> list[str]:
    """A row of ten seconds for each lead on millimetre paper."""
    width, height = _PAGE_MM
    drawing = []
    for step, grey, pen in ((1, 0.9, 0.1), (5, 0.7, 0.2)):
        drawing += [f"1 {grey} {grey} RG {pen * _PT_PER_MM:.2f} w"]
        drawing += [_line([(x, 0), (x, height)]) for x in range(0, int(width), step)]
        drawing += [_line([(0, y), (width, y)]) for y in range(0, int(height), step)]
    drawing += [f"0 0 0 RG {0.3 * _PT_PER_MM:.2f} w"]
    for row, lead in enumerate(leads):
        baseline = _TOP_MM - _ROW_MM * row
        signal = record.lead_mv(lead)[: round(10 * record.fs_hz)]
        x = _LEFT_MM + np.arange(signal.size) / record.fs_hz * _SPEED_MM_S
        drawing += [_line(zip(x, baseline + _GAIN_MM_MV * (signal - np.median(signal)), strict=True))]
        drawing += [_text(lead, _LEFT_MM + 1, baseline + 8)]
    return [*drawing, _text("25 mm/s   10 mm/mV", _LEFT_MM, 8)]


def _line(points: Iterable[tuple[float, float]]) -> str:
    places = [f"{x * _PT_PER_MM:.2f} {y * _PT_PER_MM:.2f}" for x, y in points]
    return f"{places[0]} m {' '.join(f'{place} l' for place in places[1:])} S"


def _text(text: str, x_mm: float, y_mm: float) -> str:
    return f"BT /F1 11 Tf {x_mm * _PT_PER_MM:.2f} {y_mm * _PT_PER_MM:.2f} Td ({text}) Tj ET"


def _pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A file with a page for each list of drawing operators."""
    width, height = (side * _PT_PER_MM for side in _PAGE_MM)
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, page in enumerate(pages):
        drawing = "\n".join(page)
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width:.2f} {height:.2f}]"
            f"/Resources<</Font<</F1 3 0 R>>>>/Contents {5 + 2 * number} 0 R>>",
            f"<</Length {len(drawing)}>>\nstream\n{drawing}\nendstream",
        ]
    body = "".join(f"{number} 0 obj\n{text}\nendobj\n" for number, text in enumerate(objects, start=1))
    return f"%PDF-1.4\n{body}trailer\n<</Root 1 0 R/Size {len(objects) + 1}>>\n%%EOF\n".encode("latin-1")
