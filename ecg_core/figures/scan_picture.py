"""The picture of a page as a screen or a report may show it: covered where a patient might be named, small enough to send."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.scale_text import printed_gains_mm_mv, printed_speeds_mm_s
from ecg_core.digitization.types import Box, FlatPage, LeadBox, Points, PrintedText

MAX_SIDE_PX = 1600
JPEG_QUALITY = 70
COVER_RGB = (96, 96, 96)
_COVER_MARGIN_MM = 0.7  # letters reach a little beyond the box that was found for them
_NAME_WIDTH_MM = 10.0  # "aVR" in large letters
_NAME_BESIDE_MM = 12.0
_NAME_AWAY_MM = 20.0


def corners_of(box: Box) -> Points:
    """The corners of a box, clockwise from the upper left one, `(4, 2)`."""
    return np.array(
        [(box.x0_px, box.y0_px), (box.x1_px, box.y0_px), (box.x1_px, box.y1_px), (box.x0_px, box.y1_px)],
        dtype=np.float64,
    )


def private_boxes(
    texts: Sequence[PrintedText], leads: Sequence[LeadBox], px_per_mm: float
) -> tuple[Box, ...]:
    """Where print stands that may name the patient: all of it but lead names, paper speed and gain.

    A short piece that was not read but stands where a lead's name does is left, or leads could not be told apart.
    """
    margin_px = _COVER_MARGIN_MM * px_per_mm
    return tuple(
        _grown(text.box, margin_px)
        for text in texts
        if not _says_nothing_private(text)
        and not any(_stands_for_its_name(text.box, lead, px_per_mm) for lead in leads)
    )


def covers_on_flat(flat: FlatPage, boxes: Iterable[Box], drawn: Iterable[Points]) -> list[Points]:
    """Polygons to cover on the flat page: boxes that lie on it, and polygons drawn in the source picture."""
    return [corners_of(box) for box in boxes] + [flat.map.to_flat(polygon) for polygon in drawn]


def covers_on_source(flat: FlatPage, boxes: Iterable[Box], drawn: Iterable[Points]) -> list[Points]:
    """The same polygons in the source picture."""
    return [flat.map.to_source(corners_of(box)) for box in boxes] + list(drawn)


def covered(rgb: NDArray[np.uint8], polygons: Sequence[Points]) -> NDArray[np.uint8]:
    """A copy of a picture, `(height, width, 3)`, in which nothing is left of what the polygons hold."""
    picture = rgb.copy()
    cv2.fillPoly(picture, [np.rint(polygon).astype(np.int32) for polygon in polygons], COVER_RGB)
    return picture


def picture_uri(rgb: NDArray[np.uint8]) -> str:
    """A picture as a JPEG data URI of at most `MAX_SIDE_PX`, without anything the file said about itself."""
    height, width = rgb.shape[:2]
    scale = min(1.0, MAX_SIDE_PX / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.tobytes()).decode()


def _says_nothing_private(text: PrintedText) -> bool:
    is_lead_name = sum(text.lead_scores.values()) > 0.5
    return is_lead_name or bool(printed_speeds_mm_s([text]) or printed_gains_mm_mv([text]))


def _stands_for_its_name(text: Box, lead: LeadBox, px_per_mm: float) -> bool:
    """Whether print is as short as a lead's name and begins near the left end of that lead, near its zero line."""
    short = text.x1_px - text.x0_px <= _NAME_WIDTH_MM * px_per_mm
    beside_mm = abs(text.x0_px - lead.box.x0_px) / px_per_mm
    away_mm = abs((text.y0_px + text.y1_px) / 2 - lead.baseline_px) / px_per_mm
    return short and beside_mm <= _NAME_BESIDE_MM and away_mm <= _NAME_AWAY_MM


def _grown(box: Box, margin_px: float) -> Box:
    return Box(box.x0_px - margin_px, box.y0_px - margin_px, box.x1_px + margin_px, box.y1_px + margin_px)
