"""Print: fonts, the spelling of lead names, and lines of text set on the page."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from ecg_core.rendering.page import PrintedString
from ecg_core.rendering.style import LabelSpelling

Font = ImageFont.FreeTypeFont

_SMALLEST_PX = 5.0


@lru_cache(maxsize=64)
def load_font(path: Path | None, size_px: float) -> Font:
    """A font file at a size, or with None the one that comes with Pillow."""
    size_px = max(size_px, _SMALLEST_PX)
    font = ImageFont.load_default(size_px) if path is None else ImageFont.truetype(str(path), size_px)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return font


def spell_lead(lead: str, spelling: LabelSpelling) -> str:
    """A lead's name as a device prints it; a leading minus stays."""
    match spelling:
        case "capitals":
            return lead.upper()
        case "small":
            return re.sub("V([RLF])", lambda found: "v" + found[1], lead)
        case "colon":
            return f"{lead}:"
        case "lead":
            return f"Lead {lead}"
        case "spaced":
            return " ".join(lead) if lead.strip("I") == "" else lead
        case "german":
            return re.sub("^V", "C", lead)
    return lead


class TextLayer:
    """Collects lines of print: `cover` `(height, width)` uint8 and the strings with their boxes."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._image = Image.new("L", size)
        self._draw = ImageDraw.Draw(self._image)
        self.strings: list[PrintedString] = []

    def write(self, text: str, at_px: tuple[float, float], font: Font, lead: str | None = None) -> None:
        """Set a line with the left end of its baseline at a point. What falls off the page is not printed."""
        x0, y0, x1, y1 = self._draw.textbbox(at_px, text, font=font, anchor="ls")
        width, height = self._image.size
        if x0 < 0 or y0 < 0 or x1 >= width or y1 >= height or x1 <= x0:
            return
        self._draw.text(at_px, text, fill=255, font=font, anchor="ls")
        self.strings.append(PrintedString(text, (x0 - 0.5, y0 - 0.5, x1 - 0.5, y1 - 0.5), lead))

    @property
    def cover(self) -> NDArray[np.uint8]:
        """How much of each pixel is print, 0 to 255."""
        return np.array(self._image)
