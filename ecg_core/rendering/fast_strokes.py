"""Fast strokes are paler: a print head or pen that travels far in little time leaves less ink on every millimetre."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from ecg_core.rendering.warp import Points

_HALF_FADED = 4.0  # slope, across over along time, at which half of what may fade has faded
_LEVELS = 6


def strokes_by_ink(line: Points, fade: float) -> list[tuple[list[Points], float]]:
    """The parts of a polyline `(n, 2)` that are drawn with the same share of ink, and that share.

    `fade` is the share that an infinitely fast stroke lacks. NaN points break the line.
    """
    step = np.diff(line, axis=0)
    slope = np.abs(step[:, 1]) / np.maximum(np.abs(step[:, 0]), 1e-6)
    ink = 1 - fade * slope / (slope + _HALF_FADED)
    level = np.where(np.isfinite(ink), np.round(np.nan_to_num(ink) * _LEVELS), -1)
    bounds = np.flatnonzero(np.diff(level, prepend=-2, append=-2))
    parts: dict[float, list[Points]] = {}
    for first, stop in pairwise(bounds.tolist()):
        if level[first] > 0:
            parts.setdefault(float(level[first]) / _LEVELS, []).append(line[first : stop + 1])
    return [(lines, share) for share, lines in parts.items()]
