"""QT corrected for heart rate. QT and RR in ms, any shape."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def bazett_ms(qt_ms: Floats, rr_ms: Floats) -> Floats:
    """QT / RR^(1/2), RR in seconds (Bazett 1920)."""
    return qt_ms / np.sqrt(rr_ms / 1000)


def fridericia_ms(qt_ms: Floats, rr_ms: Floats) -> Floats:
    """QT / RR^(1/3), RR in seconds (Fridericia 1920)."""
    return qt_ms / np.cbrt(rr_ms / 1000)


def framingham_ms(qt_ms: Floats, rr_ms: Floats) -> Floats:
    """QT + 154 ms * (1 - RR), RR in seconds (Sagie et al. 1992)."""
    return qt_ms + 154 * (1 - rr_ms / 1000)


def hodges_ms(qt_ms: Floats, rr_ms: Floats) -> Floats:
    """QT + 1.75 ms * (heart rate - 60) (Hodges et al. 1983)."""
    return qt_ms + 1.75 * (60_000 / rr_ms - 60)


QT_CORRECTIONS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "Bazett": bazett_ms,
    "Fridericia": fridericia_ms,
    "Framingham": framingham_ms,
    "Hodges": hodges_ms,
}
