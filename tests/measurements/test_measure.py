from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.export import annotation_json
from ecg_core.annotation.types import OFFSET, ONSET, Annotation, Waves
from ecg_core.measurements.export import measurements_json
from ecg_core.measurements.measure import (
    bazett_ms,
    framingham_ms,
    fridericia_ms,
    hodges_ms,
    measure,
    net_area,
    qrs_axis,
)
from ecg_core.measurements.types import Measurement
from ecg_core.record import ECGRecord
from tests.annotation.annotated_ecgs import FIBRILLATION, SINUS, filtered_ecg, manual_marks

Correction = Callable[[np.ndarray, np.ndarray], np.ndarray]


def by_key(items: tuple[Measurement, ...]) -> dict[str, Measurement]:
    return {item.key: item for item in items}


def regular(rr: int = 400, n: int = 6) -> Annotation:
    """Beats 0.8 s apart at 500 Hz: PR 160, QRS 90, QT 380 ms."""
    r = 200 + rr * np.arange(n)
    p = r[:, None] + np.array([-100.0, -70.0, -50.0])
    qrs = r[:, None] + np.array([-20.0, 0.0, 25.0])
    t = r[:, None] + np.array([80.0, 130.0, 170.0])
    waves = Waves(p, qrs, t)
    return Annotation(500.0, "by hand", r.astype(np.int64), {"II": waves}, waves, np.zeros(n, dtype=bool))


@pytest.mark.parametrize(
    ("correct", "expected"),
    # QT 400 ms at 100 bpm: 400/sqrt(.6), 400/cbrt(.6), 400+154*.4, 400+1.75*40
    [(bazett_ms, 516.40), (fridericia_ms, 474.25), (framingham_ms, 461.60), (hodges_ms, 470.00)],
)
def test_qt_corrections_at_100_bpm(correct: Correction, expected: float) -> None:
    assert correct(np.array([400.0]), np.array([600.0]))[0] == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("correct", [bazett_ms, fridericia_ms, framingham_ms, hodges_ms])
def test_at_60_bpm_nothing_is_corrected(correct: Correction) -> None:
    assert correct(np.array([412.0]), np.array([1000.0]))[0] == pytest.approx(412.0)


def test_intervals_of_known_waves() -> None:
    found = by_key(measure(regular()))
    expected = {
        "heart_rate_bpm": 75.0,
        "rr_ms": 800.0,
        "rr_sd_ms": 0.0,
        "pr_ms": 160.0,
        "p_duration_ms": 100.0,
        "qrs_ms": 90.0,
        "qt_ms": 380.0,
        "qtc_bazett_ms": 424.85,
        "qtc_fridericia_ms": 409.34,
        "qtc_framingham_ms": 410.8,
        "qtc_hodges_ms": 406.25,
        "t_duration_ms": 180.0,
    }
    assert {key: item.value for key, item in found.items()} == pytest.approx(expected, abs=0.01)
    assert found["rr_ms"].n_beats == 5 and found["qt_ms"].n_beats == 6
    assert found["qt_ms"].low == found["qt_ms"].high == 380.0


def test_what_is_unknown_is_nan_with_no_beats() -> None:
    annotation = annotate(filtered_ecg(FIBRILLATION))
    pr = by_key(measure(annotation))["pr_ms"]
    assert np.isnan([pr.value, pr.low, pr.high]).all() and pr.n_beats == 0
    blank = filtered_ecg(SINUS).with_signal(np.zeros((12, 5000), dtype=np.float32))
    for item in measure(annotate(blank), blank):
        assert np.isnan(item.value) and item.n_beats == 0


def test_intervals_agree_with_the_cardiologists() -> None:
    record = filtered_ecg(SINUS)
    found = by_key(measure(annotate(record), record))
    onset, offset = (
        np.quantile([manual_marks(SINUS, lead, "QRS")[:5, column] for lead in record.leads], quantile, axis=0)
        for column, quantile in ((ONSET, 0.25), (OFFSET, 0.75))
    )
    t_offset = np.quantile(
        [manual_marks(SINUS, lead, "T")[:5, OFFSET] for lead in ("II", "V2", "V5")], 0.75, axis=0
    )
    assert found["qrs_ms"].value == pytest.approx(2 * np.median(offset - onset), abs=15)
    assert found["qt_ms"].value == pytest.approx(2 * np.median(t_offset - onset), abs=25)
    assert found["heart_rate_bpm"].value == pytest.approx(45.8, abs=0.2)


@pytest.mark.parametrize("angle", [-170, -90, -30, 0, 60, 90, 179])
def test_the_axis_of_a_known_vector(angle: float) -> None:
    annotation = regular()
    bump = np.zeros(3000)
    bump[annotation.r_peaks[:, None] + np.arange(-10, 11)] = np.hanning(21)
    x, y = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    lead_ii = x * 0.5 + y * np.sqrt(3) / 2  # the vector on an axis 60 degrees below lead I
    for leads, gains in ((("I", "II"), (x, lead_ii)), (("I", "aVF"), (x, y * np.sqrt(3) / 2))):
        record = ECGRecord(np.outer(gains, bump), 500.0, leads)
        axis = qrs_axis(record, annotation).value
        assert (axis - angle + 180) % 360 - 180 == pytest.approx(0, abs=0.1)
        assert -180 <= axis <= 180


def test_one_limb_lead_has_no_axis() -> None:
    record = filtered_ecg(SINUS).select(["II", "V5"])
    assert np.isnan(by_key(measure(annotate(record), record))["qrs_axis_deg"].value)


def test_net_area_is_over_the_line_between_the_bounds() -> None:
    signal = np.arange(10, dtype=np.float32)
    signal[5] += 2.0
    assert net_area(signal, np.array([[2, 8], [0, 4]])) == pytest.approx([2.0, 0.0])


def test_json_has_whole_samples_none_for_unknown_and_leaves_out_absent_waves() -> None:
    annotation = regular(n=2)
    waves = annotation.lead_waves["II"]
    waves.p[0] = np.nan
    waves.t[1, OFFSET] = np.nan
    waves.qrs[0, ONSET] = 180.4
    found = annotation_json(annotation, measurements_json(measure(annotation)))
    assert found["fs"] == 500
    assert found["leads"] == {
        "II": {
            "P": [[500, 530, 550]],
            "QRS": [[180, 200, 225], [580, 600, 625]],
            "T": [[280, 330, 370], [680, 730, None]],
        }
    }
    assert found["measurements"]["rr_ms"]["value"] == 800.0
    assert found["measurements"]["rr_sd_ms"]["value"] is None
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_json_of_a_real_ecg_is_strict_json() -> None:
    record = filtered_ecg(FIBRILLATION)
    annotation = annotate(record)
    found = json.loads(
        json.dumps(
            annotation_json(annotation, measurements_json(measure(annotation, record))), allow_nan=False
        )
    )
    assert set(found["leads"]) == set(record.leads)
    assert found["leads"]["II"]["P"] == []
    assert len(found["leads"]["II"]["QRS"]) >= annotation.n_beats - 1
