"""QT corrections against worked examples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ecg_core.measurements.qt_corrections import (
    QT_CORRECTIONS,
    bazett_ms,
    framingham_ms,
    fridericia_ms,
    hodges_ms,
)

Correction = Callable[[np.ndarray, np.ndarray], np.ndarray]


@pytest.mark.parametrize(
    ("correct", "expected"),
    # QT 400 ms at 100 bpm: 400/sqrt(.6), 400/cbrt(.6), 400+154*.4, 400+1.75*40
    [(bazett_ms, 516.40), (fridericia_ms, 474.25), (framingham_ms, 461.60), (hodges_ms, 470.00)],
)
def test_qt_corrections_at_100_bpm(correct: Correction, expected: float) -> None:
    assert correct(np.array([400.0]), np.array([600.0]))[0] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("correct", QT_CORRECTIONS.values(), ids=QT_CORRECTIONS)
def test_at_60_bpm_nothing_is_corrected(correct: Correction) -> None:
    assert correct(np.array([412.0]), np.array([1000.0]))[0] == pytest.approx(412.0)
