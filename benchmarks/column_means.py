"""The plainest digitization there is, told all that is hard to find out: where each lead stands, and its scale."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.printed_pages import LeadArea
from ecg_core.digitization.types import PageImage
from ecg_core.record import ECGRecord

FS_HZ = 500.0


def column_means(page: PageImage, areas: Sequence[LeadArea], truth: ECGRecord) -> ECGRecord:
    """Every lead as the mean height of the dark pixels in each column of its box.

    Dark is what Otsu's threshold on the darkest colour channel says. The boxes come from the truth, set upright by
    their true corners, and every lead begins where it truly begins: a lower bound that rotation, perspective
    and layout cannot harm.
    """
    signals = {area.lead: _signal_mv(page, area) for area in areas if area.lead in truth.leads}
    starts = {lead: int(np.isfinite(truth.lead_mv(lead)).argmax()) for lead in signals}
    n_samples = max(starts[lead] + signal.size for lead, signal in signals.items())
    laid = np.full((len(signals), n_samples), np.nan, np.float32)
    for row, (lead, signal) in enumerate(signals.items()):
        laid[row, starts[lead] : starts[lead] + signal.size] = signal
    return ECGRecord(laid, FS_HZ, tuple(signals))


def _signal_mv(page: PageImage, area: LeadArea) -> NDArray[np.float64]:
    width, height = area.size_px
    upright = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = cv2.getPerspectiveTransform(area.corners_px, upright)
    strip = cv2.warpPerspective(page.rgb, turn, (width, height), borderValue=(255, 255, 255)).min(axis=2)
    _, dark = cv2.threshold(strip, 0, 1, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    count = dark.sum(axis=0)
    seen = np.flatnonzero(count)
    if not seen.size:
        return np.zeros(round(width / area.px_per_s * FS_HZ))
    rows = (dark * np.arange(height)[:, None]).sum(axis=0)[seen] / count[seen]
    at = np.arange(round(width / area.px_per_s * FS_HZ)) * area.px_per_s / FS_HZ
    return (np.median(rows) - np.interp(at, seen, rows)) / area.px_per_mv
