"""From a record to the picture of a print, with its truth."""

from __future__ import annotations

import numpy as np

from ecg_core.record import ECGRecord
from ecg_core.rendering.page import RenderedPage
from ecg_core.rendering.printer import print_page
from ecg_core.rendering.style import PageStyle


def render_page(
    record: ECGRecord, style: PageStyle | None = None, seed: int | np.random.Generator = 0
) -> RenderedPage:
    """Print a record in a style, with the style's defects, whose accidents follow from `seed`.

    Leads are centred on their median, as devices do. Raises SignalError where the record holds no lead of the sheet
    or the page has no room.
    """
    style = style or PageStyle()
    rng = np.random.default_rng(seed)
    page = print_page(record, style)
    for defect in style.defects:
        page = defect(page, rng)
    return page
