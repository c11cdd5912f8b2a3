"""Styles drawn at random, as broad as what hospitals print, for training and tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from ecg_core.leads import CHEST_LEADS, LIMB_LEADS, STANDARD_LEADS
from ecg_core.printed_leads import KIT_ROWS
from ecg_core.rendering.invented_text import invented_footer, invented_header
from ecg_core.rendering.random_colours import random_grid, random_ink, random_paper
from ecg_core.rendering.random_defects import random_defects
from ecg_core.rendering.sheet import Sheet, one_column, sheet
from ecg_core.rendering.style import (
    GridStyle,
    LabelPlace,
    LabelSpelling,
    LabelStyle,
    PageStyle,
    PulsePlace,
    PulseStyle,
    SeparatorKind,
    SeparatorStyle,
)

_LARGEST_PAGE_PX = 9e6

_SHEETS = {"3x4": 46, "6x2": 16, "12x1": 15, "6x1": 8, "2x6": 3, "4x3": 3, "3x1": 4, "1x1": 5}
_RHYTHM_STRIPS: Mapping[str, Mapping[int, float]] = {
    "3x4": {0: 30, 1: 45, 2: 7, 3: 18},
    "6x2": {0: 60, 1: 40},
    "12x1": {0: 65, 1: 35},
    "4x3": {0: 50, 1: 50},
    "2x6": {0: 60, 1: 40},
}
_SPEEDS_MM_S = {25.0: 80, 50.0: 13, 12.5: 7}
_GAINS_MM_MV = {10.0: 78, 5.0: 12, 20.0: 10}
_SPELLINGS: Mapping[LabelSpelling, float] = {
    "standard": 80,
    "capitals": 7,
    "small": 2,
    "colon": 3,
    "lead": 2,
    "spaced": 4,
    "german": 2,
}
_LABEL_PLACES: Mapping[LabelPlace, float] = {"above": 45, "below": 40, "left": 15}
_PULSE_PLACES: Mapping[PulsePlace, float] = {"left": 60, "right": 10, "none": 30}
_SEPARATORS: Mapping[SeparatorKind, float] = {"none": 42, "bar": 24, "ticks": 10, "dashes": 12, "line": 12}
_A4_MM, _LETTER_MM = (297.0, 210.0), (279.4, 215.9)

Choice = TypeVar("Choice")


def random_style(
    rng: np.random.Generator, fonts: Sequence[Path] = (), script_fonts: Sequence[Path] = ()
) -> PageStyle:
    """A style with defects, everything by chance.

    `fonts` are those to print with besides the one that comes with Pillow, `script_fonts` those of handwriting (see
    `ecg_core.rendering.fonts`).
    """
    clean = kit_style(rng) if rng.random() < 0.2 else _device_style(rng)
    font = fonts[int(rng.integers(len(fonts)))] if len(fonts) and rng.random() < 0.95 else None
    return replace(clean, font=font, defects=random_defects(rng, script_fonts))


def kit_style(rng: np.random.Generator) -> PageStyle:
    """The pages of ecg-image-kit (Shivashankara et al., Physiol. Meas. 2024): letter size, names below, thick bars."""
    n_strips = int(rng.choice([0, 1, 1, 1]))
    one_lead_a_row = rng.random() < 0.3
    rhythm = (
        tuple(rng.permutation(STANDARD_LEADS)[:n_strips].tolist())
        if rng.random() < 0.2
        else ("II",) * n_strips
    )
    page = one_column(KIT_ROWS, rhythm) if one_lead_a_row else sheet("3x4", rhythm)
    has_pulses = rng.random() < 0.7
    return PageStyle(
        sheet=page,
        px_per_mm=float(rng.choice([100, 150, 200, 200, 200, 300])) / 25.4,
        row_spacing_mm=14.4 if one_lead_a_row else float(rng.uniform(32, 38)),
        page_mm=_LETTER_MM,
        margin_left_mm=10.0 if has_pulses else 15.0,
        margin_top_mm=22.0 if one_lead_a_row else float(rng.uniform(40, 70)),
        margin_right_mm=5.0,
        margin_bottom_mm=8.0,
        paper_colour=random_paper(rng),
        grid=random_grid(rng),
        ink=replace(random_ink(rng), trace_width_mm=float(rng.uniform(0.2, 0.35))),
        labels=LabelStyle("below", float(rng.uniform(2.8, 4.0)), "standard", float(rng.uniform(2, 5)), 0.0),
        pulses=PulseStyle("left" if has_pulses else "none", 5.0, 0.0, 0.0),
        separators=SeparatorStyle("bar", float(rng.uniform(5, 8)), 0.6),
        header=("ID: 00123_hr\nAge: 60 yrs\nSex: Male", "Name:", "Date:") if rng.random() < 0.7 else (),
        footer=("{speed}mm/s", "{gain}mm/mV", "", ""),
        header_size_mm=3.0,
    )


def _device_style(rng: np.random.Generator) -> PageStyle:
    """A print of an imagined device."""
    page = _random_sheet(rng)
    n_rows = len(page.lines)
    speed_mm_s = pick(rng, _SPEEDS_MM_S)
    gain_mm_mv = pick(rng, _GAINS_MM_MV)
    spacing_mm = (
        rng.uniform(22, 42) if n_rows <= 4 else rng.uniform(16, 32) if n_rows <= 7 else rng.uniform(9, 20)
    )
    tight = rng.random() < 0.6
    margins_mm = rng.uniform(0.0 if rng.random() < 0.4 else 3.0, 12.0, 4)
    header = invented_header(rng) if rng.random() < (0.35 if tight else 0.85) else ()
    header_size_mm = float(rng.uniform(1.8, 3.6))
    n_header_lines = max((block.count("\n") + 1 for block in header), default=0)
    style = PageStyle(
        sheet=page,
        speed_mm_s=speed_mm_s,
        gain_mm_mv=gain_mm_mv,
        chest_gain_mm_mv=gain_mm_mv / 2 if rng.random() < 0.06 else None,
        row_s=_random_row_s(rng, speed_mm_s),
        row_spacing_mm=float(spacing_mm),
        page_mm=None if tight else _random_page_mm(rng),
        margin_left_mm=float(margins_mm[0]),
        margin_right_mm=float(margins_mm[1]),
        margin_top_mm=float(margins_mm[2]) + n_header_lines * header_size_mm * 1.3,
        margin_bottom_mm=float(margins_mm[3]),
        gap_s=float(rng.uniform(0.02, 0.2)) if rng.random() < 0.2 else 0.0,
        joined=bool(rng.random() < 0.2),
        paper_colour=random_paper(rng),
        grid=_placed_grid(rng, n_header_lines * header_size_mm * 1.3),
        ink=random_ink(rng),
        labels=_random_labels(rng),
        pulses=_random_pulses(rng, speed_mm_s),
        separators=_random_separators(rng),
        header=header,
        footer=invented_footer(rng) if rng.random() < 0.7 else (),
        header_size_mm=header_size_mm,
        border=bool(rng.random() < 0.15),
    )
    return replace(style, px_per_mm=_random_px_per_mm(rng, style))


def pick(rng: np.random.Generator, weights: Mapping[Choice, float]) -> Choice:
    """One of the keys, as often as its weight says."""
    shares = np.array(list(weights.values()), dtype=float)
    return list(weights)[int(rng.choice(len(shares), p=shares / shares.sum()))]


def _random_sheet(rng: np.random.Generator) -> Sheet:
    name = pick(rng, _SHEETS)
    if name == "1x1":
        return one_column([str(rng.choice(STANDARD_LEADS))])
    if name == "3x1":
        return one_column(
            rng.permutation(STANDARD_LEADS)[:3].tolist() if rng.random() < 0.5 else ("II", "V1", "V5")
        )
    n_strips = pick(rng, _RHYTHM_STRIPS.get(name, {0: 1}))
    usual = {0: (), 1: ("II",), 2: ("II", "V1"), 3: ("V1", "II", "V5")}[n_strips]
    rhythm = usual if rng.random() < 0.65 else tuple(rng.permutation(STANDARD_LEADS)[:n_strips].tolist())
    if name == "12x1" and rng.random() < 0.35:
        return one_column(
            KIT_ROWS if rng.random() < 0.6 else rng.permutation(STANDARD_LEADS).tolist(), rhythm
        )
    if name == "6x1" and rng.random() < 0.3:
        return one_column([*LIMB_LEADS[:3], *CHEST_LEADS[:3]])
    return sheet(name, rhythm, cabrera=bool(rng.random() < 0.08), chest=bool(rng.random() < 0.5))


def _random_row_s(rng: np.random.Generator, speed_mm_s: float) -> float:
    """Usually a row of 250 mm, sometimes shorter, rarely longer."""
    usual = 250 / speed_mm_s
    return float(min(10.0, usual * rng.choice([1.0, 1.0, 1.0, rng.uniform(0.4, 1.0), 1.4])))


def _random_page_mm(rng: np.random.Generator) -> tuple[float, float]:
    width, height = _A4_MM if rng.random() < 0.6 else _LETTER_MM
    return (width, height) if rng.random() < 0.88 else (height, width)


def _random_px_per_mm(rng: np.random.Generator, style: PageStyle) -> float:
    """Any resolution that keeps the picture at a usual size."""
    n_rows = len(style.sheet.lines)
    width_mm = style.page_mm[0] if style.page_mm else style.row_s * style.speed_mm_s + 40
    height_mm = style.page_mm[1] if style.page_mm else n_rows * style.row_spacing_mm + 40
    wished = rng.choice([np.exp(rng.uniform(np.log(3.5), np.log(13))), rng.uniform(4.5, 8.5), 200 / 25.4])
    return float(min(wished, np.sqrt(_LARGEST_PAGE_PX / (width_mm * height_mm))))


def _placed_grid(rng: np.random.Generator, header_mm: float) -> GridStyle:
    """A grid over the whole page, within its margins or below its header, with any phase."""
    grid = random_grid(rng)
    offset_mm = (float(rng.uniform(0, 5)), float(rng.uniform(0, 5)))
    margin_mm = float(rng.uniform(2, 10)) if rng.random() < 0.2 else 0.0
    top_mm = header_mm if rng.random() < 0.4 else 0.0
    return replace(grid, offset_mm=offset_mm, margin_mm=margin_mm, top_mm=top_mm)


def _random_labels(rng: np.random.Generator) -> LabelStyle:
    place = pick(rng, _LABEL_PLACES)
    return LabelStyle(
        place=place,
        size_mm=float(rng.uniform(1.8, 5.5)),
        spelling=pick(rng, _SPELLINGS),
        distance_mm=float(rng.uniform(3, 10) if place == "above" else rng.uniform(0.5, 8)),
        indent_mm=float(rng.uniform(-1.5, 4)),
    )


def _random_pulses(rng: np.random.Generator, speed_mm_s: float) -> PulseStyle:
    return PulseStyle(
        place=pick(rng, _PULSE_PLACES),
        width_mm=speed_mm_s * pick(rng, {0.2: 65, 0.1: 20, 0.08: 10, 0.4: 5}),
        feet_mm=float(rng.choice([0.0, rng.uniform(0.3, 3)])),
        space_mm=float(rng.choice([0.0, rng.uniform(0, 4)])),
        every_row=bool(rng.random() < 0.88),
    )


def _random_separators(rng: np.random.Generator) -> SeparatorStyle:
    return SeparatorStyle(
        kind=pick(rng, _SEPARATORS),
        height_mm=float(rng.uniform(3, 16)),
        width_mm=float(rng.choice([rng.uniform(0.1, 0.4), rng.uniform(0.3, 0.9)])),
    )
