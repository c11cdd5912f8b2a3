"""Where print stands on the flat page: pixels of the text class, joined to words and lines."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from ecg_core.digitization.types import Box

THRESHOLD = 0.4
_BREAK_MM = 0.5  # a stroke may be broken this far, where a trace or a grid line crosses it
_MIN_SIDE_MM = 0.8  # smaller specks are no print
_LETTER_GAP = 0.9  # between the letters of a line, in letter heights
_MARK_HEIGHT = 0.35  # dots, dashes and colons are lower than this part of a letter
_MAX_PIECES = 3000

_Boxes = NDArray[np.float64]  # (n, 4): x0, y0, x1, y1, the last two included


def find_text_boxes(text: NDArray[np.float32], px_per_mm: float) -> list[Box]:
    """_Boxes of the words and short lines on a page, from its text probability `(height, width)`, top to bottom."""
    pieces = _pieces(text >= THRESHOLD, px_per_mm)
    if not len(pieces):
        return []
    _, line = connected_components(csr_array(_same_line(pieces)), directed=False)
    lines = _unite(pieces, line)
    sides = np.maximum(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1]) + 1
    lines = lines[sides >= _MIN_SIDE_MM * px_per_mm]
    return [Box(*map(float, row)) for row in lines[np.lexsort((lines[:, 0], lines[:, 1]))]]


def _pieces(mask: NDArray[np.bool_], px_per_mm: float) -> _Boxes:
    """Connected strokes; small breaks are closed before they are looked for."""
    side = max(1, 2 * round(_BREAK_MM * px_per_mm / 2) + 1)
    closed = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(closed)
    stats = stats[1:]
    stats = stats[np.argsort(-stats[:, cv2.CC_STAT_AREA])[:_MAX_PIECES]].astype(np.float64)
    x0, y0, width, height = stats[:, :4].T
    return np.stack([x0, y0, x0 + width - 1, y0 + height - 1], axis=1)


def _same_line(pieces: _Boxes) -> NDArray[np.bool_]:
    """`(n, n)`: which pieces follow each other on a line, or are a mark (a dot, a dash) of a letter beside it."""
    x0, y0, x1, y1 = pieces.T
    height = y1 - y0 + 1
    lower, higher = np.minimum.outer(height, height), np.maximum.outer(height, height)
    gap_x = np.maximum.outer(x0, x0) - np.minimum.outer(x1, x1)
    overlap_y = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0) + 1
    letters = (overlap_y >= 0.5 * lower) & (gap_x <= _LETTER_GAP * lower)
    mark = (lower < _MARK_HEIGHT * higher) & (gap_x <= 0.5 * higher) & (overlap_y >= -0.3 * higher)
    return letters | mark


def _unite(boxes: _Boxes, group: NDArray[np.int32]) -> _Boxes:
    """The smallest box around each group."""
    united = np.empty((group.max() + 1, 4))
    united[:, :2], united[:, 2:] = np.inf, -np.inf
    np.minimum.at(united[:, :2], group, boxes[:, :2])
    np.maximum.at(united[:, 2:], group, boxes[:, 2:])
    return united
