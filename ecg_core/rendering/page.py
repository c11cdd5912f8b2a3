"""A printed page with everything that is true about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.record import ECGRecord
from ecg_core.rendering.strokes import stroke
from ecg_core.rendering.warp import AS_PRINTED, PageWarp, Points, Warp

OTHER, TRACE, PULSE, TEXT = range(4)  # the classes of pixels
TRUTH_FS_HZ = 500.0

_THINNEST_MASK_PX = 1.3  # thinner lines would fall between the pixels of the class mask
_TEXT_COVER = 80  # of 255: from here on a pixel counts as print


@dataclass(frozen=True, eq=False)
class PrintedLead:
    """One printed stretch of a lead: its polyline and samples in pixels of the page as printed.

    `box_px` is (x0, y0, x1, y1): the lead's time from left to right, its row's room from top to bottom.
    """

    lead: str
    row: int
    column: int
    rhythm: bool
    inverted: bool  # drawn upside down, as Cabrera's -aVR
    gain_mm_mv: float
    baseline_px: float
    box_px: tuple[float, float, float, float]
    first_sample: int  # of `points_px[0]`, on the page's clock at TRUTH_FS_HZ
    points_px: Points  # one for each sample


@dataclass(frozen=True)
class PrintedPulse:
    """A calibration pulse of 1 mV, (x0, y0, x1, y1): rise, top, fall, foot."""

    row: int
    gain_mm_mv: float
    box_px: tuple[float, float, float, float]
    outline_px: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class PrintedString:
    """A line of print, the box (x0, y0, x1, y1) around its ink, and the lead if it names one."""

    text: str
    box_px: tuple[float, float, float, float]
    lead: str | None = None


@dataclass(frozen=True, eq=False)
class Print:
    """What was printed, in pixels of the page as printed, before any defect."""

    size: tuple[int, int]  # width, height
    px_per_mm: float
    speed_mm_s: float
    sheet: str
    trace_width_px: float
    leads: tuple[PrintedLead, ...]
    pulses: tuple[PrintedPulse, ...]
    joins: tuple[Points, ...]  # drawn from the end of one lead to the start of the next
    strings: tuple[PrintedString, ...]
    record: ECGRecord  # all that was printed, at TRUTH_FS_HZ, time zero at the left end of the rows


@dataclass(frozen=True, eq=False)
class RenderedPage:
    """A picture of a print. `rgb` is `(height, width, 3)` uint8.

    `text_cover` `(height, width)` uint8 says how much of each pixel is print; `warp` leads from pixels of the page
    as printed (`print`) to those of the picture and back.
    """

    rgb: NDArray[np.uint8]
    text_cover: NDArray[np.uint8]
    print: Print
    warp: PageWarp = AS_PRINTED

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        return self.rgb.shape[1], self.rgb.shape[0]

    @cached_property
    def classes(self) -> NDArray[np.uint8]:
        """`(height, width)` uint8: OTHER, TRACE, PULSE or TEXT; what a pen or a stain covers keeps its class."""
        mask = np.where(self.text_cover >= _TEXT_COVER, TEXT, OTHER).astype(np.uint8)
        width_px = max(self.print.trace_width_px * self._mean_scale(), _THINNEST_MASK_PX)
        outlines = [np.array(pulse.outline_px) for pulse in self.print.pulses]
        for value, lines in (
            (PULSE, outlines),
            (TRACE, [*self.print.joins, *(lead.points_px for lead in self.print.leads)]),
        ):
            for line in lines:
                patch = stroke(finite_runs(self.warp.to_image(line)), width_px, self.size)
                if patch is not None:
                    mask[patch.area][patch.cover >= 128] = value
        return mask

    @cached_property
    def truth(self) -> ECGRecord:
        """What can be read from the picture: 500 Hz, millivolts, NaN where nothing is printed or the picture ends.

        Each lead has its own time window; time zero is the left end of the rows.
        """
        printed = self.print.record
        signal = np.full_like(printed.signal_mv, np.nan)
        for lead in self.print.leads:
            seen = np.flatnonzero(self._in_picture(lead.points_px)) + lead.first_sample
            row = printed.leads.index(lead.lead)
            signal[row, seen] = printed.signal_mv[row, seen]
        kept = np.flatnonzero(np.isfinite(signal).any(axis=1))
        seen_at_all = np.flatnonzero(np.isfinite(signal).any(axis=0))
        first = int(seen_at_all[0]) if len(seen_at_all) else 0
        leads = tuple(printed.leads[row] for row in kept)
        return replace(printed, signal_mv=signal[kept, first:], leads=leads)

    @property
    def px_per_mm(self) -> tuple[float, float]:
        """Pixels of the picture per millimetre of paper along time and across it, at the middle of the print."""
        centre = np.array(self.print.size) / 2
        step = self.print.px_per_mm * 5
        ends = np.stack([centre, centre + np.array([step, 0]), centre + np.array([0, step])])
        middle, along, across = self.warp.to_image(ends)
        return float(np.linalg.norm(along - middle) / 5), float(np.linalg.norm(across - middle) / 5)

    def corners(self, box_px: tuple[float, float, float, float]) -> Points:
        """Where the corners of a box of the print lie in the picture, `(4, 2)`, clockwise from the upper left one."""
        x0, y0, x1, y1 = box_px
        return self.warp.to_image(np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], dtype=float))

    def with_picture(self, rgb: NDArray[np.uint8]) -> RenderedPage:
        """The same page with other colours at the same pixels."""
        return replace(self, rgb=rgb)

    def warped(self, step: Warp, background: NDArray[np.uint8]) -> RenderedPage:
        """The page after a geometric step, on a background of the new size."""
        nothing = np.zeros(background.shape[:2], np.uint8)
        return replace(
            self,
            rgb=step.picture(self.rgb, background),
            text_cover=step.picture(self.text_cover, nothing),
            warp=PageWarp((*self.warp.steps, step)),
        )

    def resized(self, step: Warp, size: tuple[int, int]) -> RenderedPage:
        """The page at another size (width, height), averaged over pixels where it shrinks; `step` is the scaling."""
        return replace(
            self,
            rgb=np.asarray(cv2.resize(self.rgb, size, interpolation=cv2.INTER_AREA), np.uint8),
            text_cover=np.asarray(cv2.resize(self.text_cover, size, interpolation=cv2.INTER_AREA), np.uint8),
            warp=PageWarp((*self.warp.steps, step)),
        )

    def _mean_scale(self) -> float:
        return float(np.mean(self.px_per_mm)) / self.print.px_per_mm

    def _in_picture(self, points: Points) -> NDArray[np.bool_]:
        known = np.isfinite(points).all(axis=1)
        inside = np.zeros(len(points), bool)
        image = self.warp.to_image(points[known])
        inside[known] = ((image >= -0.5) & (image <= np.array(self.size) - 0.5)).all(axis=1)
        return inside


# What happens to a page after it was printed, see ecg_core.rendering.defects.
Defect = Callable[[RenderedPage, np.random.Generator], RenderedPage]


def finite_runs(points: Points) -> list[Points]:
    """The stretches of a polyline between points that are not known."""
    known = np.isfinite(points).all(axis=1)
    edges = np.flatnonzero(np.diff(known.astype(int))) + 1
    return [run for run in np.split(points, edges) if len(run) and np.isfinite(run[0]).all()]
