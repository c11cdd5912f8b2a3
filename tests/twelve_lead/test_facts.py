import numpy as np
import pytest

from ecg_core.annotation.annotate import annotate
from ecg_core.inference.predict import AnnotatedECG
from ecg_core.leads import STANDARD_LEADS
from ecg_core.measurements.measure import measure
from ecg_core.models.twelve_lead import beat_space, measured
from ecg_core.record import ECGRecord
from ecg_core.twelve_lead.facts import BEAT_R_INDEX, BEAT_SAMPLES, FACTS, measured_facts, median_beat
from ecg_core.twelve_lead.inputs import twelve_lead_input


def facts_of(ecg: AnnotatedECG) -> dict[str, float]:
    inputs = twelve_lead_input(ecg.filtered)
    values = measured_facts(ecg.annotation, inputs, median_beat(ecg.annotation, inputs))
    return dict(zip(FACTS, values.tolist(), strict=True))


def test_the_network_is_fed_what_is_measured() -> None:
    assert (len(FACTS), BEAT_SAMPLES) == (measured.N_FACTS, beat_space.BEAT_SAMPLES)


def test_they_agree_with_the_measurements_on_the_screen(normal_ecg: AnnotatedECG) -> None:
    facts = facts_of(normal_ecg)
    shown = {item.key: item.value for item in measure(normal_ecg.annotation)}
    assert facts["rate_bpm"] == pytest.approx(shown["heart_rate_bpm"], rel=1e-3)
    for fact, key in (
        ("pr_ms", "pr_ms"),
        ("qrs_ms", "qrs_ms"),
        ("qt_ms", "qt_ms"),
        ("p_ms", "p_duration_ms"),
    ):
        assert facts[fact] == pytest.approx(shown[key], abs=2.0)
    assert facts["p_share"] > 0.9
    assert facts["shortest_rr_share"] <= 1.0 <= facts["longest_rr_share"]


def test_they_stay_nearly_the_same_at_a_hundred_hertz_without_amplitudes(normal_ecg: AnnotatedECG) -> None:
    inputs = twelve_lead_input(normal_ecg.filtered)
    plain = ECGRecord(inputs.signal[0], 100.0, STANDARD_LEADS)
    annotation = annotate(plain)
    again = dict(
        zip(FACTS, measured_facts(annotation, inputs, median_beat(annotation, inputs)).tolist(), strict=True)
    )
    facts = facts_of(normal_ecg)
    for key, reach in (("rate_bpm", 0.5), ("pr_ms", 5.0), ("qrs_ms", 5.0), ("qt_ms", 5.0)):
        assert again[key] == pytest.approx(facts[key], abs=reach)


def test_the_median_beat_has_its_r_where_it_belongs(normal_ecg: AnnotatedECG) -> None:
    beat = median_beat(normal_ecg.annotation, twelve_lead_input(normal_ecg.filtered))
    assert beat.shape == (12, BEAT_SAMPLES)
    steepest = np.abs(np.diff(beat, axis=1)).sum(axis=0).argmax()
    assert abs(steepest - BEAT_R_INDEX) <= 4


def test_absent_leads_have_no_beat_and_no_beats_no_facts(normal_ecg: AnnotatedECG) -> None:
    inputs = twelve_lead_input(normal_ecg.filtered, ["II"])
    beat = median_beat(normal_ecg.annotation, inputs)
    assert beat[STANDARD_LEADS.index("II")].any()
    assert not np.delete(beat, STANDARD_LEADS.index("II"), axis=0).any()
    silence = annotate(ECGRecord(np.zeros((1, 5000), np.float32), 500.0, ("II",)))
    empty = median_beat(silence, inputs)
    assert not empty.any()
    assert np.isnan(measured_facts(silence, inputs, empty)).all()
