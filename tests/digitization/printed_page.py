"""A rendered page as the stages before the layout would hand it on, were they perfect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from ecg_core.digitization.types import Box, FlatPage, GridScale, InkMap, Points, PrintedText
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord
from ecg_core.rendering import PULSE, TEXT, TRACE, PageStyle, RenderedPage, render_page

PX_PER_MM = 6.0
_EXAMPLE = Path(__file__).parents[2] / "examples/ptbxl/00185_hr.hea"


class Straight:
    """The map of a page that is its own source."""

    def to_source(self, flat: Points) -> Points:
        return flat

    def to_flat(self, source: Points) -> Points:
        return source


@dataclass(frozen=True, eq=False)
class PrintedPage:
    """The page, what is true about it, and what perfect stages see on it."""

    truth: RenderedPage
    flat: FlatPage
    ink: InkMap
    texts: tuple[PrintedText, ...]


@cache
def printed_page(style: PageStyle, grid_found: bool = True) -> PrintedPage:
    """An example printed in a style at 6 px/mm; names are read with certainty."""
    truth = render_page(_example(), replace(style, px_per_mm=PX_PER_MM))
    ink = InkMap(*((truth.classes == kind).astype(np.float32) for kind in (TRACE, PULSE, TEXT)))
    height, width = truth.classes.shape
    corners = np.array([[0, 0], [width - 1, 0], [width - 1, height - 1], [0, height - 1]], float)
    scale = GridScale(grid_found, PX_PER_MM, PX_PER_MM, 0.0, 0.9 if grid_found else 0.0)
    flat = FlatPage(truth.rgb, np.ones((height, width), bool), PX_PER_MM, Straight(), scale, corners)
    texts = tuple(
        PrintedText(Box(*string.box_px), string.text, 0.9, {string.lead: 0.95} if string.lead else {})
        for string in truth.print.strings
    )
    return PrintedPage(truth, flat, ink, texts)


def cut_off(page: PrintedPage, left_mm: float = 0.0, right_mm: float = 0.0) -> PrintedPage:
    """What is left of a page after strips were cut off; its truth is still that of the whole page."""
    start = round(left_mm * PX_PER_MM)
    stop = page.flat.rgb.shape[1] - round(right_mm * PX_PER_MM)
    columns = slice(start, stop)
    ink = InkMap(*(kind[:, columns] for kind in (page.ink.trace, page.ink.pulse, page.ink.text)))
    flat = replace(page.flat, rgb=page.flat.rgb[:, columns], inside=page.flat.inside[:, columns])
    texts = tuple(
        replace(text, box=replace(text.box, x0_px=text.box.x0_px - start, x1_px=text.box.x1_px - start))
        for text in page.texts
        if text.box.x0_px >= start and text.box.x1_px < stop
    )
    return replace(page, flat=flat, ink=ink, texts=texts)


@cache
def _example() -> ECGRecord:
    return open_ecg(_EXAMPLE)
