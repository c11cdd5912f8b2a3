"""A strip of a record as a line on the page, in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ecg_core.figures.page import Page, Strip
from ecg_core.figures.thin import thin
from ecg_core.record import ECGRecord

MAX_PAGE_POINTS = 120_000  # 0.64 MB as base64 float32: a page's figures stay under 1 MB
MAX_LEAD_POINTS = 20_000


@dataclass(frozen=True, eq=False)
class StripLine:
    """What a strip shows: `y_mm` float32 at `x0_mm + dx_mm * i`, NaN where nothing was recorded.

    Point i stands for the sample `first_sample + i * samples_per_point` of the record.
    """

    y_mm: NDArray[np.float32]
    x0_mm: float
    dx_mm: float
    first_sample: int
    samples_per_point: float

    def points(self, samples: NDArray[np.float64]) -> NDArray[np.float64]:
        """Samples of the record as (fractional) points of this line."""
        return (samples - self.first_sample) / self.samples_per_point

    def add_to(
        self,
        fig: go.Figure,
        y_mm: NDArray[np.float32],
        colour: str,
        width: float,
        name: str,
        dash: str = "solid",
    ) -> None:
        """Draw heights that belong to this line's points; gaps stay gaps."""
        fig.add_scatter(
            y=y_mm,
            x0=self.x0_mm,
            dx=self.dx_mm,
            mode="lines",
            line={"color": colour, "width": width, "dash": dash},
            connectgaps=False,
            name=name,
            hoverinfo="skip",
        )


def strip_line(page: Page, strip: Strip, record: ECGRecord, max_points: int = MAX_LEAD_POINTS) -> StripLine:
    """The line of a strip, thinned to `max_points` with its peaks kept."""
    first = max(0, _first_from(strip.start_s, record.fs_hz))
    last = min(_first_from(strip.start_s + strip.seconds, record.fs_hz), record.n_samples)
    y_mv, step = thin(record.lead_mv(strip.lead)[first:last], max_points)
    return StripLine(
        y_mm=(strip.baseline_mm + page.gain_mm_mv * y_mv).astype(np.float32),
        x0_mm=strip.x_mm + (first / record.fs_hz - strip.start_s) * page.speed_mm_s,
        dx_mm=page.speed_mm_s / record.fs_hz * step / 2,
        first_sample=first,
        samples_per_point=step / 2,
    )


def strip_in_box(
    page: Page, record: ECGRecord, x_mm: tuple[float, float], y_mm: tuple[float, float]
) -> Strip:
    """The strip that a box was drawn on: the one with most of its line inside, else the nearest.

    Going by the line keeps a tall R wave with its own lead even where it reaches into the row above.
    """

    def points_inside(strip: Strip) -> int:
        line = strip_line(page, strip, record)
        x = line.x0_mm + line.dx_mm * np.arange(line.y_mm.size)
        inside = (x >= x_mm[0]) & (x <= x_mm[1]) & (line.y_mm >= y_mm[0]) & (line.y_mm <= y_mm[1])
        return int(inside.sum())

    most = max(page.strips, key=points_inside)
    return most if points_inside(most) else page.nearest(x_mm[0], sum(y_mm) / 2)


def points_per_strip(page: Page, n_layers: int) -> int:
    """How many points each line may have so that the page stays within its budget."""
    return min(MAX_LEAD_POINTS, MAX_PAGE_POINTS // (n_layers * len(page.strips)))


def _first_from(time_s: float, fs_hz: float) -> int:
    """The first sample at or after a time."""
    return int(np.ceil(time_s * fs_hz - 1e-6))
