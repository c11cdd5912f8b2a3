from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.methods import DEFAULT_METHOD, delineators
from ecg_core.annotation.types import OFFSET, ONSET, PEAK, Annotation, Waves
from ecg_core.record import ECGRecord
from tests.annotation.annotated_ecgs import (
    FIBRILLATION,
    SINUS,
    VENTRICULAR,
    at_rate,
    filtered_ecg,
    manual_marks,
    with_samples,
)

# Largest allowed median error of the default method's marks.
TOLERANCE_MS = {
    ("P", ONSET): 20,
    ("P", PEAK): 15,
    ("P", OFFSET): 20,
    ("QRS", ONSET): 12,
    ("QRS", OFFSET): 16,
    ("T", ONSET): 45,
    ("T", PEAK): 20,
    ("T", OFFSET): 30,
}


@cache
def found(name: str, method: str = DEFAULT_METHOD) -> Annotation:
    return annotate(filtered_ecg(name), method)


def wave_of(waves: Waves, wave: str) -> np.ndarray:
    return {"P": waves.p, "QRS": waves.qrs, "T": waves.t}[wave]


def errors_ms(annotation: Annotation, name: str, lead: str, wave: str, column: int) -> np.ndarray:
    """Found minus true of each marked wave, the nearest found one counting, in ms."""
    marks = wave_of(annotation.lead_waves[lead], wave)[:, column]
    truth = manual_marks(name, lead, wave)[:, column]
    difference = np.subtract.outer(marks[np.isfinite(marks)], truth)
    return 2.0 * np.take_along_axis(difference, np.abs(difference).argmin(axis=0)[None], axis=0)[0]


@pytest.mark.parametrize(("wave", "column"), TOLERANCE_MS)
def test_marks_lie_where_cardiologists_put_them(wave: str, column: int) -> None:
    errors = [
        errors_ms(found(SINUS), SINUS, lead, wave, column)
        for lead in found(SINUS).lead_waves
        if len(manual_marks(SINUS, lead, wave))
    ]
    all_errors = np.abs(np.concatenate(errors))
    assert all_errors.size > 50
    assert np.median(all_errors) < TOLERANCE_MS[wave, column]


@pytest.mark.parametrize(
    ("method", "wave", "tolerance_ms"), [("prominence", "P", 20), ("prominence", "T", 30), ("dwt", "T", 30)]
)
def test_neurokit_methods_find_the_peaks_of_a_clean_lead(method: str, wave: str, tolerance_ms: float) -> None:
    errors = errors_ms(found(SINUS, method), SINUS, "II", wave, PEAK)
    assert np.median(np.abs(errors)) < tolerance_ms


def test_fibrillation_has_no_p_waves() -> None:
    assert len(manual_marks(FIBRILLATION, "II", "P")) == 0
    assert np.isnan(found(FIBRILLATION).waves.p).all()


def test_the_beats_with_a_p_wave_are_those_that_cardiologists_gave_one() -> None:
    annotation = found(VENTRICULAR)
    true_p, true_qrs = (manual_marks(VENTRICULAR, "II", wave)[:, PEAK] for wave in ("P", "QRS"))
    marked = annotation.r_peaks[(annotation.r_peaks > 600) & (annotation.r_peaks < true_qrs[-1] + 50)]
    has_p = np.isfinite(annotation.waves.p[np.isin(annotation.r_peaks, marked), PEAK])
    expected = [((true_p > r - 100) & (true_p < r)).any() for r in marked]
    assert 0 < sum(expected) < len(expected)  # the ventricular beats and those that follow them have none
    assert has_p.tolist() == expected


@pytest.mark.parametrize("name", [SINUS, FIBRILLATION, VENTRICULAR])
@pytest.mark.parametrize("method", ["learned", "multilead", "prominence"])
def test_every_row_is_in_order_and_belongs_to_its_beat(method: str, name: str) -> None:
    annotation = found(name, method)
    r = annotation.r_peaks
    for waves in annotation.lead_waves.values():
        for wave in (waves.p, waves.qrs, waves.t):
            assert wave.shape == (annotation.n_beats, 3)
            known = wave[np.isfinite(wave).all(axis=1)]
            assert (np.diff(known, axis=1) >= 0).all()
        p, t = waves.p[:, PEAK], waves.t[:, PEAK]
        assert not (p >= r).any() and not (p[1:] <= r[:-1]).any()
        assert not (t <= r).any() and not (t[:-1] >= r[1:]).any()
        assert not (waves.qrs[:, ONSET] > r).any() and not (waves.qrs[:, OFFSET] < r).any()


@pytest.mark.parametrize("fs_hz", [100.0, 250.0, 1000.0])
def test_the_sampling_rate_scales_the_marks(fs_hz: float) -> None:
    other = annotate(at_rate(filtered_ecg(SINUS), fs_hz))
    assert other.n_beats == found(SINUS).n_beats
    for wave in ("P", "QRS", "T"):
        at_500 = wave_of(found(SINUS).waves, wave) / 500
        difference = wave_of(other.waves, wave) / fs_hz - at_500
        assert np.isfinite(difference).all(axis=1).sum() >= np.isfinite(at_500).all(axis=1).sum() - 1
        assert np.nanmedian(np.abs(difference)) < 0.006


@settings(max_examples=6, deadline=None)
@given(gain=st.floats(0.3, 5.0))
def test_gain_hardly_moves_a_mark(gain: float) -> None:
    record = filtered_ecg(SINUS)
    scaled = annotate(record.with_signal(record.signal_mv * np.float32(gain)))
    for wave in ("P", "QRS", "T"):
        moved = np.abs(wave_of(scaled.waves, wave) - wave_of(found(SINUS).waves, wave))
        assert np.nanmedian(moved) <= 2


def test_a_lead_recorded_for_part_of_the_time_has_marks_there_only() -> None:
    record = filtered_ecg(SINUS)
    signal = record.signal_mv.copy()
    signal[record.leads.index("V1"), 2500:] = np.nan
    annotation = annotate(record.with_signal(signal))
    v1, v2 = annotation.lead_waves["V1"], annotation.lead_waves["V2"]
    late = annotation.r_peaks > 2500
    assert np.isnan(v1.qrs[late]).all()
    assert np.isfinite(v1.qrs[~late][1:]).all()  # the first beat begins before the recording
    assert np.isfinite(v2.qrs[late]).all()
    assert not annotation.r_only[1:].any()


def test_a_flat_lead_has_no_waves() -> None:
    record = filtered_ecg(SINUS)
    signal = record.signal_mv.copy()
    signal[0] = 0.0
    for method in ("learned", "multilead", "prominence"):
        waves = annotate(record.with_signal(signal), method).lead_waves["I"]
        assert np.isnan(np.concatenate([waves.p, waves.t])).all()


def test_a_recording_without_beats_says_so() -> None:
    record = filtered_ecg(SINUS)
    annotation = annotate(record.with_signal(np.zeros_like(record.signal_mv)))
    assert annotation.n_beats == 0
    assert annotation.waves.p.shape == (0, 3)
    assert "No heartbeat" in annotation.warnings[0]


@pytest.mark.parametrize("method", [name for name in delineators() if name != "learned"])
def test_a_single_beat_is_kept_as_r_only(method: str) -> None:
    annotation = annotate(with_samples(filtered_ecg(SINUS), 400, 1100), method)
    assert annotation.n_beats == 1
    assert annotation.r_only.all()
    assert "one beat" in annotation.warnings[0]


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(KeyError):
        annotate(filtered_ecg(SINUS), "astrology")


def test_a_failure_of_neurokit_leaves_r_only_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise IndexError("index 0 is out of bounds")

    monkeypatch.setattr("neurokit2.ecg_delineate", fail)
    annotation = annotate(filtered_ecg(SINUS), "prominence")
    assert annotation.n_beats == found(SINUS).n_beats
    assert annotation.r_only.all()


def test_half_an_hour_gives_the_same_beats_over_and_over() -> None:
    record = filtered_ecg(SINUS).select(["II", "V5"])
    long = annotate(record.with_signal(np.tile(record.signal_mv, (1, 60))))
    qt = long.waves.t[:, OFFSET] - long.waves.qrs[:, ONSET]
    inner = long.r_peaks % 5000
    usual = [np.nanmedian(qt[inner == position]) for position in np.unique(inner)[1:-1]]
    spread = [
        np.nanmax(np.abs(qt[inner == p] - u)) for p, u in zip(np.unique(inner)[1:-1], usual, strict=True)
    ]
    assert max(spread) <= 8


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 1000),
    n_leads=st.integers(1, 4),
    n_samples=st.integers(1, 3000),
    hole=st.floats(0, 1),
)
def test_noise_with_holes_never_breaks_it(seed: int, n_leads: int, n_samples: int, hole: float) -> None:
    rng = np.random.default_rng(seed)
    signal = np.cumsum(rng.standard_t(2, (n_leads, n_samples)), axis=1) * 0.02
    signal[rng.random(n_leads) < hole, : n_samples // 2] = np.nan
    annotation = annotate(ECGRecord(signal, 500.0, ("I", "II", "V1", "V5")[:n_leads]))
    marks = np.concatenate([w.qrs.ravel() for w in annotation.lead_waves.values()])
    marks = marks[np.isfinite(marks)]
    assert ((marks >= 0) & (marks <= n_samples - 1)).all()
