"""Where the traces of a page may run: its ink without what was recognised as something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.separators import separators
from ecg_core.digitization.types import Box, InkMap, Layout, PrintedText

_FRINGE_PX = 2  # around print, where it fades into the paper
_INK, _FAINT = 0.5, 0.05
_READ = 0.5  # probability of being a lead's name, or confidence in a text


Ink = NDArray[np.float32]


def signal_ink(ink: InkMap, texts: Sequence[PrintedText], layout: Layout, px_per_mm: float) -> InkMap:
    """The ink without legible print and without the marks that some devices print between the leads of a row."""
    trace, pulse, text = ink.trace.copy(), ink.pulse.copy(), ink.text.copy()
    between_leads = separators(ink, layout, px_per_mm)
    for kind in (trace, pulse, text):
        kind[between_leads] = 0
    for read in texts:
        if max(read.confidence, *read.lead_scores.values(), 0.0) >= _READ:
            _clear_print(trace, pulse, text, _around(read.box))
    return replace(ink, trace=trace, pulse=pulse, text=text)


def _around(box: Box) -> tuple[slice, slice]:
    """The pixels of a box and its fringe."""
    y0, x0 = max(round(box.y0_px) - _FRINGE_PX, 0), max(round(box.x0_px) - _FRINGE_PX, 0)
    return slice(y0, round(box.y1_px) + _FRINGE_PX + 1), slice(x0, round(box.x1_px) + _FRINGE_PX + 1)


def _clear_print(trace: Ink, pulse: Ink, text: Ink, area: tuple[slice, slice]) -> None:
    """Take letters out of an area, but not where a line that comes from above or below runs through them."""
    stray = _stray(trace[area] + pulse[area])
    trace[area][stray] = 0
    pulse[area][stray] = 0
    entered = (trace[area][[0, -1]] > _INK).any(axis=0)
    through = np.convolve(entered, np.ones(2 * _FRINGE_PX + 1), "same") > 0
    trace[area][:, through] = np.maximum(trace[area], text[area])[:, through]
    text[area] = 0


def _stray(line: Ink) -> NDArray[np.bool_]:
    """Bits of letters that were taken for a line: those that do not lead out of the letters' box."""
    count, parts = cv2.connectedComponents((line > _FAINT).astype(np.uint8))
    edge = np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]])
    return np.isin(parts, np.setdiff1d(np.arange(1, count), edge))
