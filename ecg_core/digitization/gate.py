"""Whether what was digitized is an ECG at all: a cat has rows of dark edges, a stock chart has a grid and a trace.

No single sign decides: the names of most leads, or beats in most of them, are enough by themselves; otherwise two of
a scale, a calibration pulse, a name and some beating leads must come together. The limits were settled on 89 ECG
pages (26 real ones, 63 rendered), all of which pass, and on 38 other pictures (noise, photos, letters, tables, charts,
music, EEG, plots on ECG paper), of which one passes: pulse waves on ECG paper.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from ecg_core.digitization.types import Digitization, Layout, PageImage
from ecg_core.errors import NotAnECGPageError
from ecg_core.record import ECGRecord

MIN_SIDE_PX = 100
_POINTS_NEEDED = 2
_LEAST_INK = 0.55  # of the lines that were followed; less looks hardly like a trace, and takes a point
_SURE_GRID = 0.8
_NAMED_SHARE = 0.5
_LIKELY_LAYOUT = 0.5  # below this confidence a name may be any word that looks like one
_MANY_BEATING, _SOME_BEATING = 0.75, 0.5  # shares of the leads

# A lead that beats: its QRS are 4 to 60 times as fast as the rest of it, alike, and 24 to 270 a minute. What is
# faster still is the edge of a bar or a frame. Many beats that are nearly the same may stand out less.
_CONTRAST = (4.0, 60.0)
_ALIKE = 0.85
_MANY_BEATS, _MANY_CONTRAST, _MANY_ALIKE = 6, 3.0, 0.95
_RATE_HZ = (0.4, 4.5)
_SHORTEST_S = 1.5
_REFRACTORY_S = 0.2
_SMOOTH_S, _ENVELOPE_S, _BEAT_S = 0.006, 0.04, 0.12


def refuse_if_too_small(page: PageImage) -> None:
    """Raise NotAnECGPageError for a picture in which no trace can be told from its neighbour."""
    height_px, width_px = page.rgb.shape[:2]
    if min(height_px, width_px) < MIN_SIDE_PX:
        raise NotAnECGPageError(
            f"The picture has only {width_px} x {height_px} pixels, too few for an ECG. Choose it in full size."
        )


def refuse_if_no_ecg(found: Digitization) -> None:
    """Raise NotAnECGPageError unless enough on the page speaks for an ECG, and say what is missing."""
    grid = found.flat.grid
    points = {
        "too few lead names were read": _points_of_names(found.layout),
        "its lines do not beat": _points_of_beats(found.record),
        "no printed grid or scale is sure": int(
            found.calibration.known or (grid.found and grid.confidence >= _SURE_GRID)
        ),
        "no calibration pulse was found": int(bool(found.layout.pulses)),
    }
    faint = bool(np.mean([trace.ink for trace in found.traces]) < _LEAST_INK)
    if sum(points.values()) - faint < _POINTS_NEEDED:
        missing = [sign for sign, n_points in points.items() if not n_points]
        reasons = [*missing, *(["what lines there are hardly look like a trace"] if faint else [])]
        raise NotAnECGPageError(
            f"This page does not look like an ECG: {'; '.join(reasons)}. "
            "If it is one, choose a sharper picture that shows the whole page."
        )


def _points_of_names(layout: Layout) -> int:
    n_named = sum(box.name_found for box in layout.boxes)
    believed = layout.confidence >= _LIKELY_LAYOUT and n_named >= _NAMED_SHARE * len(layout.boxes)
    return min(n_named, _POINTS_NEEDED) if believed else 0


def _points_of_beats(record: ECGRecord) -> int:
    share = float(np.mean([beats(signal, record.fs_hz) for signal in record.signal_mv]))
    return int(share >= _SOME_BEATING) + int(share >= _MANY_BEATING)


def beats(signal_mv: NDArray[np.float32], fs_hz: float) -> bool:
    """Whether a lead `(samples,)` with NaN where it is not known has fast waves that repeat, slow between them."""
    known = np.flatnonzero(np.isfinite(signal_mv))
    if known.size < _SHORTEST_S * fs_hz:
        return False
    at = np.arange(known[0], known[-1] + 1)
    line = gaussian_filter1d(np.interp(at, known, signal_mv[known]).astype(np.float64), _SMOOTH_S * fs_hz)
    speed = gaussian_filter1d(np.abs(np.gradient(line)), _ENVELOPE_S * fs_hz)
    fastest, usual = np.percentile(speed, [99, 50])
    peaks, _ = find_peaks(speed, height=0.45 * fastest, distance=max(1, round(_REFRACTORY_S * fs_hz)))
    rate_hz = peaks.size / line.size * fs_hz
    contrast = fastest / max(usual, 1e-9)
    if not (_MANY_CONTRAST <= contrast <= _CONTRAST[1] and _within(rate_hz, _RATE_HZ)):
        return False
    alikeness = _alikeness(line, peaks, round(_BEAT_S * fs_hz))
    many = peaks.size >= _MANY_BEATS and alikeness >= _MANY_ALIKE
    return many or (contrast >= _CONTRAST[0] and alikeness >= _ALIKE)


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _alikeness(line: NDArray[np.float64], peaks: NDArray[np.intp], reach: int) -> float:
    """The median correlation of the waves about the peaks with their median wave; 0 with fewer than two whole ones."""
    whole = peaks[(peaks >= reach) & (peaks < line.size - reach)]
    if whole.size < 2:
        return 0.0
    waves = line[whole[:, None] + np.arange(-reach, reach)]
    waves = waves - waves.mean(axis=1, keepdims=True)
    typical = np.median(waves, axis=0)
    scale = np.linalg.norm(waves, axis=1) * np.linalg.norm(typical)
    return float(np.median(waves @ typical / np.maximum(scale, 1e-9)))
