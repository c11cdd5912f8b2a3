"""Seconds of the page whose signal is not to be used: shaded, named, and kept out of the other leads' way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.figures.page import Page, Strip
from ecg_core.figures.strips import StripLine
from ecg_core.figures.theme import Palette
from ecg_core.filtering.gaps import runs
from ecg_core.filtering.quality_seconds import SecondsQuality

_OPACITY = 0.16
_INSET_MM = 3.5  # above and below, so that rows stay apart and names of leads free


@dataclass(frozen=True)
class Shade:
    """A stretch of a strip, in millimetres of the page, and what is wrong there."""

    left_mm: float
    right_mm: float
    low_mm: float
    high_mm: float
    why: str


def shades(page: Page, quality: SecondsQuality) -> list[Shade]:
    """What was recorded and may not be used; where nothing was recorded there is no trace to warn of."""
    found = []
    for strip in page.strips:
        if strip.lead not in quality.leads:
            continue
        row = quality.leads.index(strip.lead)
        first, stop_s = int(strip.start_s), min(strip.start_s + strip.seconds, quality.duration_s)
        shown = slice(first, int(np.ceil(stop_s)))
        amiss = (quality.unusable[row, shown] > 0) & (quality.defects[row, shown] > 0)
        for start, stop in (first + runs(amiss)).tolist():
            bounds_s = max(float(start), strip.start_s), min(float(stop), stop_s)
            left, right = (strip.x_mm + (s - strip.start_s) * page.speed_mm_s for s in bounds_s)
            reasons = [
                words for second in range(start, stop) for words in quality.reasons(strip.lead, second)
            ]
            found.append(Shade(left, right, *_row_mm(page, strip), ", ".join(dict.fromkeys(reasons))))
    return found


def add_shades(fig: go.Figure, found: list[Shade], colours: Palette) -> None:
    """Draw them as one trace: a shape for each would cost the browser more."""
    x = [place for s in found for place in (s.left_mm, s.right_mm, s.right_mm, s.left_mm, s.left_mm, None)]
    y = [place for s in found for place in (s.low_mm, s.low_mm, s.high_mm, s.high_mm, s.low_mm, None)]
    if found:
        fig.add_scatter(
            x=x,
            y=y,
            mode="none",
            fill="toself",
            fillcolor=colours.quality["not usable"],
            opacity=_OPACITY,
            name="Not usable",
            hoverinfo="skip",
        )


def kept_in_row(line: StripLine, page: Page, strip: Strip, quality: SecondsQuality) -> NDArray[np.float32]:
    """The line's heights; where an electrode was off or the lead far too large, cut off at the edges of its row.

    Such a trace shows nothing of the heart and would cover the leads above and below.
    """
    if strip.lead not in quality.leads:
        return line.y_mm
    time_s = page.time_s(strip, 0.0) + (line.x0_mm + line.dx_mm * np.arange(line.y_mm.size)) / page.speed_mm_s
    second = np.clip(time_s.astype(np.int64), 0, quality.defects.shape[1] - 1)
    cut = quality.detached()[quality.leads.index(strip.lead)][second]
    return np.where(cut, np.clip(line.y_mm, *_row_mm(page, strip)), line.y_mm).astype(np.float32)


def _row_mm(page: Page, strip: Strip) -> tuple[float, float]:
    half_mm = page.pitch_mm / 2 - _INSET_MM
    return strip.baseline_mm - half_mm, strip.baseline_mm + half_mm
