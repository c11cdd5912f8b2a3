"""A whole ECG against what a cardiograph's own program measured on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import wfdb

from ecg_core.analysis import analyze
from ecg_core.measurements.types import Measurement
from ecg_core.record import ECGRecord

FIXTURE = Path(__file__).parents[1] / "fixtures" / "measurements" / "cardiograph"
THEIRS: dict[str, Any] = json.loads(FIXTURE.with_suffix(".json").read_text(encoding="utf-8"))
LEADS = list(THEIRS["leads_uv"])


@pytest.fixture(scope="module")
def ours() -> dict[str, Measurement]:
    found = wfdb.rdrecord(str(FIXTURE))
    record = ECGRecord(found.p_signal.T.astype(np.float32), float(found.fs), tuple(found.sig_name))
    return {item.key: item for item in analyze(record).measurements}


@pytest.mark.parametrize(
    ("key", "name", "tolerance"),
    [
        ("heart_rate_bpm", "meanventrate", 1),
        ("pr_ms", "meanprint", 10),
        ("qrs_ms", "meanqrsdur", 20),
        ("qt_ms", "meanqtint", 10),
        ("qtc_bazett_ms", "meanqtc", 10),
        ("p_axis_deg", "pfrontaxis", 10),
        ("qrs_axis_deg", "qrsfrontaxis", 20),
        ("t_axis_deg", "tfrontaxis", 5),
    ],
)
def test_intervals_and_axes(ours: dict[str, Measurement], key: str, name: str, tolerance: float) -> None:
    assert ours[key].value == pytest.approx(THEIRS["global"][name], abs=tolerance)


@pytest.mark.parametrize("lead", LEADS)
def test_heights(ours: dict[str, Measurement], lead: str) -> None:
    theirs = THEIRS["leads_uv"][lead]
    t_uv = max(theirs["tamp"], theirs["tpamp"], key=abs)  # T and T'

    def uv(key: str) -> float:
        return 1000 * ours[f"{key}_{lead}"].value

    assert uv("p_amplitude_mv") == pytest.approx(theirs["pamp"], abs=30)
    assert uv("t_amplitude_mv") == pytest.approx(t_uv, abs=30)
    assert uv("st_j60_mv") == pytest.approx(theirs["st80"], abs=20)
    if lead == "aVF":  # they leave out its R of 0.28 mV
        return
    assert uv("r_amplitude_mv") == pytest.approx(theirs["ramp"], abs=20)
    assert uv("qrs_peak_to_peak_mv") == pytest.approx(theirs["qrsppk"], abs=25)
    deepest = min(uv("q_amplitude_mv"), uv("s_amplitude_mv"))
    assert deepest == pytest.approx(min(theirs["qamp"], theirs["samp"]), abs=50)


def test_median_beat_and_beats_agree(ours: dict[str, Measurement]) -> None:
    heights = [item for item in ours.values() if item.key.startswith(("t_amplitude", "r_amplitude"))]
    assert len(heights) == 2 * len(LEADS)
    for item in heights:
        assert item.median_beat == pytest.approx(item.value, abs=0.03), item.key
