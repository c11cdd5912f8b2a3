"""Where each lead stands on a page of ECG paper, in millimetres.

x grows to the right from the first sample of the first column, y upward from the lowest row's zero
line. Baselines lie on 5 mm lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord

LayoutName = Literal["3x4", "6x2", "12x1", "single"]
LAYOUTS: tuple[LayoutName, ...] = ("3x4", "6x2", "12x1", "single")

PAGE_MM = 250.0  # 10 s at 25 mm/s, as on a printed page
_PITCH_MM = {"3x4": 30.0, "6x2": 25.0, "12x1": 20.0, "single": 40.0}
_COLUMNS = {
    "3x4": (("I", "II", "III"), ("aVR", "aVL", "aVF"), ("V1", "V2", "V3"), ("V4", "V5", "V6")),
    "6x2": (STANDARD_LEADS[:6], STANDARD_LEADS[6:]),
}


@dataclass(frozen=True)
class Strip:
    """A stretch of one lead on the page; `x_mm` is its left end, `baseline_mm` its zero line."""

    lead: str
    start_s: float
    seconds: float
    x_mm: float
    baseline_mm: float


@dataclass(frozen=True)
class Page:
    """A page of paper: its strips and its scale."""

    strips: tuple[Strip, ...]
    speed_mm_s: float
    gain_mm_mv: float
    pitch_mm: float  # from one row to the next
    n_rows: int
    start_s: float
    simultaneous: bool  # every column shows the same seconds, because the record is shorter than the page

    @property
    def seconds(self) -> float:
        """Seconds from the page's left to its right end."""
        return PAGE_MM / self.speed_mm_s

    def nearest(self, x_mm: float, y_mm: float) -> Strip:
        """The strip that a point on the page belongs to."""

        def distance(strip: Strip) -> tuple[float, float, float]:
            right_mm = strip.x_mm + strip.seconds * self.speed_mm_s
            beside_mm = max(strip.x_mm - x_mm, x_mm - right_mm, 0.0)
            return (
                abs(strip.baseline_mm - y_mm),
                beside_mm,
                -strip.x_mm,
            )  # a border belongs to the right strip

        return min(self.strips, key=distance)

    def time_s(self, strip: Strip, x_mm: float) -> float:
        """The record's time at a place on a strip."""
        return strip.start_s + (x_mm - strip.x_mm) / self.speed_mm_s


def default_layout(leads: Sequence[str]) -> LayoutName:
    """The usual clinical layout where there are leads enough to fill it, else one row for each."""
    return "3x4" if sum(lead in STANDARD_LEADS for lead in leads) >= 8 else "12x1"


def default_rhythm_lead(leads: Sequence[str]) -> str:
    """Lead II, as printed everywhere, or the first lead there is."""
    return "II" if "II" in leads else leads[0]


def arrange(
    record: ECGRecord,
    layout: LayoutName = "3x4",
    *,
    rhythm_lead: str | None = None,
    start_s: float = 0.0,
    speed_mm_s: float = 25.0,
    gain_mm_mv: float = 10.0,
) -> Page:
    """Lay a record out on one page, `PAGE_MM` wide.

    Columns follow each other in time, as on a printed page; on a record too short for that each of
    them begins at `start_s`. `rhythm_lead` is the strip below "3x4" and the lead of "single".
    Leads outside the standard twelve appear in "12x1" and "single" only; places of absent leads stay
    empty.
    """
    rhythm = rhythm_lead or default_rhythm_lead(record.leads)
    columns = _columns(layout, record.leads, rhythm)
    n_rows = len(columns[0]) + (layout == "3x4")
    pitch_mm = 5 * round(_PITCH_MM[layout] * (0.5 + gain_mm_mv / 20) / 5)
    seconds = PAGE_MM / speed_mm_s
    simultaneous = len(columns) > 1 and record.duration_s - start_s < 0.9 * seconds
    column_s = seconds / len(columns)
    strips = [
        Strip(
            lead,
            start_s if simultaneous else start_s + c * column_s,
            column_s,
            c * column_s * speed_mm_s,
            (n_rows - 1 - r) * pitch_mm,
        )
        for c, column in enumerate(columns)
        for r, lead in enumerate(column)
        if lead in record.leads
    ]
    if layout == "3x4":
        strips.append(Strip(rhythm, start_s, seconds, 0.0, 0.0))
    return Page(tuple(strips), speed_mm_s, gain_mm_mv, pitch_mm, n_rows, start_s, simultaneous)


def _columns(layout: LayoutName, leads: Sequence[str], rhythm: str) -> tuple[tuple[str, ...], ...]:
    if layout == "single":
        return ((rhythm,),)
    return _COLUMNS.get(layout, (tuple(leads),))
