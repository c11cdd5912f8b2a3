"""Any record as a printed page, with the truth about it: for training, tests and users."""

from ecg_core.rendering.page import (
    OTHER,
    PULSE,
    TEXT,
    TRACE,
    Print,
    PrintedLead,
    PrintedPulse,
    PrintedString,
    RenderedPage,
)
from ecg_core.rendering.random_style import kit_style, random_style
from ecg_core.rendering.render import render_page
from ecg_core.rendering.sheet import SHEETS, Sheet, one_column, sheet
from ecg_core.rendering.style import (
    GridStyle,
    InkStyle,
    LabelStyle,
    PageStyle,
    PulseStyle,
    SeparatorStyle,
)

__all__ = [
    "OTHER",
    "PULSE",
    "SHEETS",
    "TEXT",
    "TRACE",
    "GridStyle",
    "InkStyle",
    "LabelStyle",
    "PageStyle",
    "Print",
    "PrintedLead",
    "PrintedPulse",
    "PrintedString",
    "PulseStyle",
    "RenderedPage",
    "SeparatorStyle",
    "Sheet",
    "kit_style",
    "one_column",
    "random_style",
    "render_page",
    "sheet",
]
