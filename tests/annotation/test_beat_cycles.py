from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.cycles import correlation, cut_cycles, median_beat, typical_beats
from ecg_core.annotation.types import (
    CYCLE_R_INDEX,
    CYCLE_SAMPLES,
    OFFSET,
    ONSET,
    Annotation,
    Cycles,
    Waves,
)
from ecg_core.record import ECGRecord
from tests.annotation.annotated_ecgs import (
    FIBRILLATION,
    SINUS,
    VENTRICULAR,
    at_rate,
    filtered_ecg,
    with_samples,
)


@cache
def analysed(name: str) -> tuple[ECGRecord, Annotation, dict[str, Cycles]]:
    record = filtered_ecg(name)
    annotation = annotate(record)
    return record, annotation, cut_cycles(record, annotation)


def r_only(annotation: Annotation) -> Annotation:
    n = annotation.n_beats
    return Annotation(
        annotation.fs_hz, "none", annotation.r_peaks, {}, Waves.unknown(n), np.ones(n, dtype=bool)
    )


def span(beat: np.ndarray) -> tuple[int, int]:
    known = np.flatnonzero(np.isfinite(beat))
    return int(known[0]), int(known[-1])


@pytest.mark.parametrize("name", [SINUS, FIBRILLATION, VENTRICULAR])
def test_cycles_are_the_record_around_r(name: str) -> None:
    record, annotation, cycles = analysed(name)
    assert tuple(cycles) == record.leads
    for lead, lead_cycles in cycles.items():
        assert lead_cycles.lead == lead
        assert lead_cycles.beats_mv.shape == (annotation.n_beats, CYCLE_SAMPLES)
        assert np.array_equal(
            lead_cycles.beats_mv[:, CYCLE_R_INDEX], record.lead_mv(lead)[annotation.r_peaks]
        )
    beat, r = cycles["V5"].beats_mv[2], annotation.r_peaks[2]
    first, last = span(beat)
    assert np.array_equal(
        beat[first : last + 1], record.lead_mv("V5")[r - CYCLE_R_INDEX + first : r - CYCLE_R_INDEX + last + 1]
    )


def test_a_cycle_begins_before_its_p_and_ends_before_the_next_p() -> None:
    _, annotation, cycles = analysed(SINUS)
    waves, r = annotation.waves, annotation.r_peaks
    first, last = span(cycles["II"].beats_mv[3])
    assert first == pytest.approx(CYCLE_R_INDEX + waves.p[3, ONSET] - 30 - r[3], abs=1)
    assert last == pytest.approx(CYCLE_R_INDEX + waves.t[3, OFFSET] + 100 - r[3], abs=1)
    assert r[3] - CYCLE_R_INDEX + last < waves.p[4, ONSET] - 9


def test_without_waves_rr_decides() -> None:
    record, annotation, _ = analysed(SINUS)
    cycles = cut_cycles(record, r_only(annotation))
    first, last = span(cycles["II"].beats_mv[3])
    assert first == 0  # 0.36 s: less than 0.35 of a 1.3 s RR
    assert last == CYCLE_SAMPLES - 1
    record, annotation, _ = analysed(VENTRICULAR)
    r = annotation.r_peaks
    first, last = span(
        cut_cycles(record, r_only(annotation))["II"].beats_mv[4]
    )  # RR 458 ms before and 466 after
    assert first == pytest.approx(CYCLE_R_INDEX - 0.35 * (r[4] - r[3]), abs=1)
    assert last == pytest.approx(CYCLE_R_INDEX + 0.7 * (r[5] - r[4]), abs=1)


@pytest.mark.parametrize("fs_hz", [100.0, 360.0, 1000.0])
def test_cycles_are_at_500_hz_whatever_the_record(fs_hz: float) -> None:
    _, _, expected = analysed(SINUS)
    other = at_rate(analysed(SINUS)[0], fs_hz)
    found = cut_cycles(other, annotate(other))["V5"].median_mv
    both = np.isfinite(found) & np.isfinite(expected["V5"].median_mv)
    assert both.sum() > 350
    assert np.corrcoef(found[both], expected["V5"].median_mv[both])[0, 1] > 0.97


def test_ventricular_beats_are_not_in_the_median() -> None:
    _, annotation, cycles = analysed(VENTRICULAR)
    ventricular = np.isin(annotation.r_peaks, [1644, 3944])
    assert ventricular.sum() == 2
    for lead_cycles in cycles.values():
        assert not lead_cycles.in_median[ventricular].any()
    assert cycles["II"].in_median.sum() >= 8


def test_a_noisy_beat_is_not_in_the_median() -> None:
    record, annotation, cycles = analysed(SINUS)
    signal = record.signal_mv.copy()
    r = annotation.r_peaks[3]
    signal[:, r - 100 : r + 200] += np.random.default_rng(0).normal(0, 0.5, 300).astype(np.float32)
    noisy = cut_cycles(record.with_signal(signal), annotation)["II"]
    assert cycles["II"].in_median[3]
    assert not noisy.in_median[3]


def test_the_median_needs_half_of_the_beats() -> None:
    beats = np.ones((4, CYCLE_SAMPLES), dtype=np.float32)
    beats[:2, 100:200] = np.nan
    beats[:3, 300:400] = np.nan
    beats[0, :] *= 3
    median = median_beat(beats)
    assert np.isfinite(median[100:200]).all()
    assert np.isnan(median[300:400]).all()
    assert median[0] == 1.0


def test_correlation_agrees_with_numpy_where_samples_are_known() -> None:
    rng = np.random.default_rng(3)
    beats = rng.normal(size=(5, CYCLE_SAMPLES)).astype(np.float32)
    reference = rng.normal(size=CYCLE_SAMPLES).astype(np.float32)
    beats[2, :50] = np.nan
    reference[400:] = np.nan
    expected = [np.corrcoef(beat[50:400], reference[50:400])[0, 1] for beat in beats]
    beats[:, :50] = np.nan
    assert correlation(beats, reference) == pytest.approx(expected, abs=1e-5)


def test_a_lead_of_noise_keeps_all_its_beats() -> None:
    noise = np.random.default_rng(0).normal(size=(8, CYCLE_SAMPLES)).astype(np.float32)
    assert typical_beats(noise, np.ones(8, dtype=bool)).all()


def test_unrecorded_samples_stay_missing() -> None:
    record, annotation, _ = analysed(SINUS)
    signal = record.signal_mv.copy()
    r = annotation.r_peaks[2]
    signal[1, r + 20 : r + 40] = np.nan
    cycles = cut_cycles(record.with_signal(signal), annotation)
    assert np.isnan(cycles["II"].beats_mv[2, CYCLE_R_INDEX + 20 : CYCLE_R_INDEX + 40]).all()
    assert np.isfinite(cycles["V1"].beats_mv[2, CYCLE_R_INDEX + 20 : CYCLE_R_INDEX + 40]).all()


def test_a_long_recording_is_cut_like_its_parts() -> None:
    record, part, cycles = analysed(SINUS)
    n_copies = 300 // part.n_beats  # more beats than are cut at once
    long = record.with_signal(np.tile(record.signal_mv, (1, n_copies)))
    shifts = np.repeat(np.arange(n_copies) * record.n_samples, part.n_beats)
    annotation = Annotation(
        part.fs_hz,
        "none",
        np.tile(part.r_peaks, n_copies) + shifts,
        {},
        Waves(
            *(
                np.tile(wave, (n_copies, 1)) + shifts[:, None]
                for wave in (part.waves.p, part.waves.qrs, part.waves.t)
            )
        ),
        np.tile(part.r_only, n_copies),
    )
    found = cut_cycles(long, annotation)["II"]
    inner = np.arange(n_copies * part.n_beats).reshape(n_copies, -1)[1:-1, 1:-1]
    for copy in inner:
        np.testing.assert_array_equal(found.beats_mv[copy], cycles["II"].beats_mv[1:-1])
        np.testing.assert_array_equal(found.in_median[copy], cycles["II"].in_median[1:-1])


def test_no_beats_and_one_beat() -> None:
    record = filtered_ecg(SINUS)
    flat = record.with_signal(np.zeros_like(record.signal_mv))
    none = cut_cycles(flat, annotate(flat))["II"]
    assert none.beats_mv.shape == (0, CYCLE_SAMPLES) and np.isnan(none.median_mv).all()
    short = with_samples(record, 400, 1100)
    one = cut_cycles(short, annotate(short))["II"]
    assert one.beats_mv.shape == (1, CYCLE_SAMPLES) and one.in_median.all()
    assert np.isfinite(one.median_mv).sum() > 250
