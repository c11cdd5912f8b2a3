"""The table of measurements, on made and on real ECGs."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.blocks import BEATS_AT_ONCE
from ecg_core.annotation.cycles import cut_cycles
from ecg_core.annotation.edits import BeatEdits, BeatLeftOut, MarkMoved, apply_edits
from ecg_core.annotation.export import annotation_json
from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Annotation, Waves
from ecg_core.measurements.export import measurements_json
from ecg_core.measurements.lead_waves import LEAD_WAVES
from ecg_core.measurements.measure import measure
from ecg_core.measurements.types import Measurement
from ecg_core.record import ECGRecord
from tests.annotation.annotated_ecgs import FIBRILLATION, SINUS, at_rate, filtered_ecg, manual_marks, raw_ecg
from tests.measurements.made_beats import RR_S, Shape, made_annotation, made_record

LIMB = {"I": Shape(r_mv=0.8, t_mv=0.3), "II": Shape(), "V5": Shape(r_mv=1.6, t_mv=0.5, u_mv=0.1)}


def by_key(items: tuple[Measurement, ...]) -> dict[str, Measurement]:
    return {item.key: item for item in items}


def measured(record: ECGRecord, n_beats: int = 6) -> dict[str, Measurement]:
    return by_key(measure(made_annotation(record, n_beats), record))


def values(found: dict[str, Measurement]) -> dict[str, float]:
    return {key: item.value for key, item in found.items()}


def regular(rr: int = 400, n: int = 6) -> Annotation:
    """Beats 0.8 s apart at 500 Hz: PR 160, QRS 90, QT 380 ms."""
    r = 200 + rr * np.arange(n)
    p = r[:, None] + np.array([-100.0, -70.0, -50.0])
    qrs = r[:, None] + np.array([-20.0, 0.0, 25.0])
    t = r[:, None] + np.array([80.0, 130.0, 170.0])
    waves = Waves(p, qrs, t)
    return Annotation(500.0, "by hand", r.astype(np.int64), {"II": waves}, waves, np.zeros(n, dtype=bool))


def test_intervals_of_known_waves() -> None:
    found = by_key(measure(regular()))
    expected = {
        "heart_rate_bpm": 75.0,
        "rr_ms": 800.0,
        "rr_sd_ms": 0.0,
        "sdnn_ms": 0.0,
        "rmssd_ms": 0.0,
        "pnn50_percent": 0.0,
        "pr_ms": 160.0,
        "p_duration_ms": 100.0,
        "qrs_ms": 90.0,
        "qt_ms": 380.0,
        "qtc_bazett_ms": 424.85,
        "qtc_fridericia_ms": 409.34,
        "qtc_framingham_ms": 410.8,
        "qtc_hodges_ms": 406.25,
        "jt_ms": 290.0,
        "jtc_fridericia_ms": 319.34,
        "t_duration_ms": 180.0,
    }
    assert values(found) == pytest.approx(expected, abs=0.01)
    intervals = [item for item in found.values() if item.group == "Intervals"]
    assert [item.median_beat for item in intervals] == pytest.approx([item.value for item in intervals])
    assert found["rr_ms"].n_beats == 5 and found["qt_ms"].n_beats == 6
    assert found["qt_ms"].low == found["qt_ms"].high == 380.0


def test_beats_and_median_beat_of_a_made_ecg_have_the_heights_they_were_made_with() -> None:
    found = measured(made_record(LIMB))
    for key, expected in {
        "r_amplitude_mv_V5": 1.6,
        "t_amplitude_mv_I": 0.3,
        "t_amplitude_mv_V5": 0.5,
        "p_amplitude_mv_II": 0.12,
        "s_amplitude_mv_II": -0.3,
        "u_amplitude_mv_V5": 0.1,
        "u_visible_V5": 1.0,
        "u_visible_II": 0.0,
    }.items():
        item = found[key]
        assert [item.value, item.low, item.high] == pytest.approx([expected] * 3, abs=0.01), key
        assert item.median_beat == pytest.approx(expected, abs=0.01), key
        assert item.leads == (key.rpartition("_")[2],)
    assert found["t_width_ms_II"].value == pytest.approx(106, abs=2)
    assert found["t_width_ms_II"].median_beat == pytest.approx(106, abs=2)
    assert found["qt_ms"].value == found["qt_ms"].median_beat == pytest.approx(470)
    assert found["qrs_axis_deg"].leads == ("I", "II")


def test_every_lead_has_every_quantity_and_absent_leads_have_none() -> None:
    found = measured(made_record(LIMB))
    own = [item for item in found.values() if item.group == "Per lead"]
    assert len(own) == 3 * len(LEAD_WAVES)
    assert {item.leads for item in own} == {("I",), ("II",), ("V5",)}
    assert all(item.source for item in found.values())


@settings(max_examples=10)
@given(fs_hz=st.sampled_from([100.0, 128.0, 250.0, 360.0, 1000.0, 2000.0]), t_mv=st.floats(0.2, 0.9))
def test_sampling_rate_hardly_matters(fs_hz: float, t_mv: float) -> None:
    shapes = {"I": Shape(t_mv=0.6 * t_mv), "II": Shape(t_mv=t_mv, u_mv=0.08)}
    expected, found = (values(measured(made_record(shapes, rate))) for rate in (500.0, fs_hz))
    for key in ("p_amplitude_mv", "t_amplitude_mv", "st_j60_mv", "u_amplitude_mv"):
        assert found[f"{key}_II"] == pytest.approx(expected[f"{key}_II"], abs=0.012), key
    assert found["t_width_ms_II"] == pytest.approx(expected["t_width_ms_II"], abs=4)
    assert found["t_downslope_mv_s_II"] == pytest.approx(expected["t_downslope_mv_s_II"], rel=0.05)
    assert found["t_axis_deg"] == pytest.approx(expected["t_axis_deg"], abs=3)
    # A triangle of 32 ms cannot be held at 100 Hz.
    assert found["r_amplitude_mv_II"] == pytest.approx(1.2, rel=0.2 if fs_hz < 200 else 0.05)


@settings(max_examples=10)
@given(order=st.permutations(["I", "II", "V5"]))
def test_order_of_leads_is_irrelevant(order: list[str]) -> None:
    record = made_record(LIMB)
    expected, found = measured(record), measured(record.select(order))
    assert values(found) == pytest.approx(values(expected), nan_ok=True, abs=1e-6)


@settings(max_examples=10)
@given(shift=st.integers(1, 400))
def test_time_of_the_first_beat_is_irrelevant(shift: int) -> None:
    later = 0.6 + shift / 500
    expected, found = (
        values(by_key(measure(made_annotation(record, first_r_s=first), record)))
        for first in (0.6, later)
        for record in [made_record(LIMB, first_r_s=first)]
    )
    assert found == pytest.approx(expected, nan_ok=True, rel=1e-3, abs=1e-3)


def test_ectopic_left_out_and_r_only_beats_do_not_count_for_waves() -> None:
    n = 9
    record = made_record({"II": Shape(), "V5": Shape()}, n_beats=n)
    annotation = made_annotation(record, n)
    signal = record.signal_mv.copy()
    for beat, gain in ((3, -3.0), (5, 2.0), (7, 2.0)):  # ectopic, left out, cut around R alone
        span = slice(int((beat * RR_S + 0.25) * 500), int((beat * RR_S + 1.0) * 500))
        signal[:, span] = gain * signal[:, span]
    annotation = apply_edits(annotation, BeatEdits((BeatLeftOut(0.5 + 5 * RR_S),)))
    annotation.r_only[7] = True
    record = record.with_signal(signal)
    found = by_key(measure(annotation, record))
    amplitude = found["t_amplitude_mv_V5"]
    assert amplitude.n_beats == n - 3
    assert [amplitude.low, amplitude.high] == pytest.approx([0.4, 0.4], abs=0.01)
    assert found["rr_ms"].n_beats == n - 1


def test_a_gap_costs_only_the_beats_it_lies_in() -> None:
    record = made_record(LIMB)
    signal = record.signal_mv.copy()
    signal[2, round(2.0 * 500) : round(3.5 * 500)] = np.nan
    found = measured(record.with_signal(signal))
    assert found["t_amplitude_mv_II"].n_beats == 6
    assert 3 <= found["t_amplitude_mv_V5"].n_beats <= 4
    assert found["t_amplitude_mv_V5"].value == pytest.approx(0.5, abs=0.01)
    signal[2] = np.nan
    of_blank = [item for item in measured(record.with_signal(signal)).values() if item.leads == ("V5",)]
    assert np.isnan([(item.value, item.median_beat) for item in of_blank]).all()


def test_moved_marks_and_beats_left_out_are_followed() -> None:
    record = made_record(LIMB)
    annotation = made_annotation(record)
    r_s = annotation.r_peaks / 500
    moves = tuple(MarkMoved(float(r), "QRS", "offset", float(r) + 0.10) for r in r_s)
    moved = apply_edits(annotation, BeatEdits(moves))
    before, after = measure(annotation, record), measure(moved, record)
    was, now = values(by_key(before)), values(by_key(after))
    assert now["qrs_ms"] == pytest.approx(was["qrs_ms"] + 55)
    assert now["jt_ms"] == pytest.approx(was["jt_ms"] - 55)
    assert now["st_j60_mv_II"] > was["st_j60_mv_II"]  # where T rises already


def test_cycles_given_or_cut_here_tell_the_same() -> None:
    record = filtered_ecg(SINUS)
    annotation = annotate(record)
    given_them = measure(annotation, record, cut_cycles(record, annotation))
    assert measurements_json(given_them) == measurements_json(measure(annotation, record))


def test_beats_beyond_one_block_are_measured_like_the_first() -> None:
    n = BEATS_AT_ONCE + 30
    found = measured(made_record({"II": Shape()}, fs_hz=250.0, n_beats=n), n)["t_amplitude_mv_II"]
    assert found.n_beats == n
    assert found.low == pytest.approx(found.high, abs=1e-3)


@pytest.mark.parametrize("keep", [0, 1, 2])
def test_few_beats_and_short_records_give_nan_without_complaint(keep: int) -> None:
    record = made_record(LIMB, n_beats=max(keep, 1))
    annotation = made_annotation(record, max(keep, 1))
    if not keep:
        nothing = Waves.unknown(0)
        annotation = replace(
            annotation,
            r_peaks=np.zeros(0, np.int64),
            waves=nothing,
            lead_waves=dict.fromkeys(record.leads, nothing),
            r_only=np.zeros(0, bool),
        )
    found = by_key(measure(annotation, record))
    assert found.keys() == by_key(measure(made_annotation(made_record(LIMB)), made_record(LIMB))).keys()
    assert np.isnan(found["sdnn_ms"].value)
    assert np.isnan(found["heart_rate_bpm"].value) == (keep < 2)
    assert np.isnan(found["qt_ms"].value) == (keep < 1)


def test_no_normal_rhythm_has_no_variability_of_normal_beats() -> None:
    record = filtered_ecg(FIBRILLATION)
    found = by_key(measure(annotate(record), record))
    assert found["rr_sd_ms"].value > 50
    assert np.isnan([found[key].value for key in ("sdnn_ms", "rmssd_ms", "pnn50_percent")]).all()


def test_what_is_unknown_is_nan_with_no_beats() -> None:
    record = filtered_ecg(FIBRILLATION)
    found = by_key(measure(annotate(record), record))
    for key in ("pr_ms", "p_axis_deg", "p_amplitude_mv_II", "u_amplitude_mv_V2"):
        item = found[key]
        assert np.isnan([item.value, item.low, item.high, item.median_beat]).all() and item.n_beats == 0
    assert found["t_amplitude_mv_V2"].n_beats > 5
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


def test_heights_agree_with_the_raw_signal_at_the_cardiologists_peaks() -> None:
    raw, record = raw_ecg(SINUS), filtered_ecg(SINUS)
    found = by_key(measure(annotate(record), record))
    for lead in raw.leads:
        signal = raw.lead_mv(lead)
        qrs, p = manual_marks(SINUS, lead, "QRS"), manual_marks(SINUS, lead, "P")
        t_peaks = manual_marks(SINUS, lead, "T")[:, PEAK]
        heights = []
        for t_peak in t_peaks:
            onset = qrs[qrs[:, ONSET] < t_peak, ONSET].max()
            p_offset = p[p[:, OFFSET] <= onset, OFFSET]
            if p_offset.size:
                heights.append(signal[t_peak] - signal[p_offset.max() : onset + 1].mean())
        assert found[f"t_amplitude_mv_{lead}"].value == pytest.approx(np.median(heights), abs=0.04), lead
        beat_range = [np.ptp(signal[on : off + 1]) for on, _, off in qrs]
        assert found[f"qrs_peak_to_peak_mv_{lead}"].value == pytest.approx(np.median(beat_range), abs=0.08), (
            lead
        )


def test_a_real_ecg_at_another_rate_measures_the_same() -> None:
    record = filtered_ecg(SINUS)
    annotation = annotate(record)
    slower = at_rate(record, 250.0)
    half = replace(
        annotation,
        fs_hz=250.0,
        r_peaks=annotation.r_peaks // 2,
        waves=Waves(annotation.waves.p / 2, annotation.waves.qrs / 2, annotation.waves.t / 2),
    )
    one, other = values(by_key(measure(annotation, record))), values(by_key(measure(half, slower)))
    for lead in record.leads:
        assert other[f"t_amplitude_mv_{lead}"] == pytest.approx(one[f"t_amplitude_mv_{lead}"], abs=0.01)
        assert other[f"st_j60_mv_{lead}"] == pytest.approx(one[f"st_j60_mv_{lead}"], abs=0.01)


@pytest.mark.parametrize("angle", [-170, -90, -30, 0, 60, 90, 179])
def test_the_axis_of_a_known_vector(angle: float) -> None:
    x, y = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    lead_ii = x * 0.5 + y * np.sqrt(3) / 2
    shape = Shape(q_mv=0, s_mv=0)
    for leads, gains in ((("I", "II"), (x, lead_ii)), (("I", "aVF"), (x, y * np.sqrt(3) / 2))):
        upright = made_record({"I": shape}).signal_mv[0]
        record = ECGRecord(np.outer(gains, upright), 500.0, leads)
        found = measured(record)
        for key in ("p_axis_deg", "qrs_axis_deg", "t_axis_deg"):
            for axis in (found[key].value, found[key].median_beat):
                assert (axis - angle + 180) % 360 - 180 == pytest.approx(0, abs=0.5), key
                assert -180 <= axis <= 180
        assert found["qrs_t_angle_deg"].value == pytest.approx(0, abs=0.5)


def test_qrs_and_t_of_opposite_directions_lie_180_degrees_apart() -> None:
    found = measured(made_record({lead: Shape(q_mv=0, s_mv=0, t_mv=-0.3) for lead in ("I", "II")}))
    assert found["qrs_t_angle_deg"].value == pytest.approx(180, abs=1)


def test_one_limb_lead_has_no_axis() -> None:
    record = filtered_ecg(SINUS).select(["II", "V5"])
    found = by_key(measure(annotate(record), record))
    assert np.isnan([item.value for item in found.values() if item.group == "Axes"]).all()


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
    measurements = measurements_json(measure(annotation, record))
    found = json.loads(json.dumps(annotation_json(annotation, measurements), allow_nan=False))
    assert set(found["leads"]) == set(record.leads)
    assert found["leads"]["II"]["P"] == []
    assert len(found["leads"]["II"]["QRS"]) >= annotation.n_beats - 1
    of_v5 = found["measurements"]["t_amplitude_mv_V5"]
    assert of_v5["leads"] == ["V5"] and of_v5["group"] == "Per lead" and of_v5["source"]
    assert of_v5["low"] <= of_v5["value"] <= of_v5["high"]
