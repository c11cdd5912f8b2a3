"""Rhythm facts of real ECGs whose diagnoses are known, and of beats laid out by hand."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.cycles import cut_cycles
from ecg_core.annotation.types import Annotation, Waves
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.resample import resample
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord
from ecg_core.rhythm.export import rhythm_json
from ecg_core.rhythm.facts import rhythm_facts
from ecg_core.rhythm.pacing import spike_at_onset
from ecg_core.rhythm.types import RhythmFacts

ROOT = Path(__file__).parents[2]
FS_HZ = 500.0


@cache
def analysed(path: str) -> tuple[ECGRecord, Annotation, RhythmFacts]:
    record = open_ecg(ROOT / path)
    filtered = filter_record(record).record
    annotation = annotate(filtered)
    return record, annotation, rhythm_facts(record, filtered, annotation)


def found(rhythm: RhythmFacts) -> set[str]:
    return {fact.key for fact in rhythm.found}


@pytest.mark.parametrize(
    ("path", "expected", "absent"),
    [
        ("examples/ptbxl/00185_hr.hea", set(), set()),
        (
            "examples/ptbxl/00337_hr.hea",
            {"irregular", "no_p_waves", "fibrillation"},
            {"paced", "ectopic_beats", "wide_qrs"},
        ),
        ("examples/ptbxl/00338_hr.hea", {"wide_qrs"}, {"fibrillation", "paced", "irregular"}),
        ("examples/ptbxl/00455_hr.hea", {"wide_qrs"}, {"fibrillation", "paced", "no_p_waves"}),
        ("examples/georgia/E06320.hea", {"bradycardia"}, {"wide_qrs", "fibrillation", "no_p_waves"}),
        (
            "tests/fixtures/annotation/88.hea",
            {"irregular", "no_p_waves", "fibrillation"},
            {"paced", "ectopic_beats"},
        ),
        ("tests/fixtures/annotation/105.hea", {"ectopic_beats"}, {"wide_qrs", "fibrillation", "irregular"}),
        ("tests/fixtures/rhythm/paced.hea", {"paced", "wide_qrs"}, {"fibrillation", "irregular"}),
    ],
)
def test_what_cardiologists_called_is_found(path: str, expected: set[str], absent: set[str]) -> None:
    rhythm = analysed(path)[2]
    assert expected <= found(rhythm)
    assert not absent & found(rhythm)
    if not expected:
        assert rhythm.summary == "Nothing in the rhythm speaks against an estimate."
    assert all(fact.text in rhythm.summary for fact in rhythm.found)


def test_the_ventricular_beats_are_those_marked_by_hand() -> None:
    """Two interpolated ventricular beats; the beats that follow them are none."""
    _, annotation, rhythm = analysed("tests/fixtures/annotation/105.hea")
    assert annotation.r_peaks[rhythm.ventricular].tolist() == pytest.approx([1644, 3944], abs=10)
    assert rhythm.premature.sum() == 2
    assert rhythm.ectopic_beats.text.startswith("2 of 13 beats are ectopic, 2 of them ventricular-looking")


@pytest.mark.parametrize("path", ["examples/ptbxl/00455_hr.hea", "tests/fixtures/annotation/105.hea"])
def test_ventricular_beats_are_the_same_where_leads_follow_one_another_as_on_a_page(path: str) -> None:
    record, annotation, whole = analysed(path)
    printed = np.full_like(record.signal_mv, np.nan)
    for row in range(len(record.leads)):
        column = slice(*(round(second * record.fs_hz) for second in (2.5 * (row // 3), 2.5 * (row // 3 + 1))))
        printed[row, column] = record.signal_mv[row, column]
    printed[1] = record.signal_mv[1]  # the rhythm strip
    page = record.with_signal(printed)
    np.testing.assert_array_equal(rhythm_facts(page, page, annotation).ventricular, whole.ventricular)


def beats_laid_out(rr_s: list[float], wide: list[int], fs_hz: float = FS_HZ) -> tuple[ECGRecord, Annotation]:
    """Leads I and V1 with P, QRS and T at each beat; the `wide` ones have no P and another, broad QRS."""
    r_s = 0.5 + np.cumsum([0.0, *rr_s])
    time_s = np.arange(round((r_s[-1] + 0.8) * fs_hz)) / fs_hz

    def bell(centre_s: float, sd_s: float) -> np.ndarray:
        return np.exp(-0.5 * ((time_s - centre_s) / sd_s) ** 2)

    signal = np.zeros((2, time_s.size))
    waves = Waves.unknown(r_s.size)
    for beat, at_s in enumerate(r_s):
        if beat in wide:
            signal += np.outer([-0.8, 1.5], bell(at_s + 0.02, 0.04)) - np.outer(
                [0, 1], bell(at_s + 0.3, 0.05)
            )
            waves.qrs[beat] = (at_s + np.array([-0.06, 0.0, 0.1])) * fs_hz
        else:
            signal += np.outer([1.0, -0.6], bell(at_s, 0.012)) + np.outer([0.3, 0.2], bell(at_s + 0.26, 0.04))
            signal += np.outer([0.1, 0.1], bell(at_s - 0.16, 0.02))
            waves.p[beat] = (at_s + np.array([-0.21, -0.16, -0.11])) * fs_hz
            waves.qrs[beat] = (at_s + np.array([-0.04, 0.0, 0.05])) * fs_hz
        waves.t[beat] = (at_s + np.array([0.17, 0.26, 0.36])) * fs_hz
    record = ECGRecord(signal.astype(np.float32), fs_hz, ("I", "V1"))
    r_peaks = np.rint(r_s * fs_hz).astype(np.int64)
    return record, Annotation(
        fs_hz, "by hand", r_peaks, {"I": waves}, waves, np.zeros(r_peaks.size, dtype=bool)
    )


BIGEMINY = ([0.8, 0.8] + 5 * [0.5, 1.1], [3, 5, 7, 9, 11])
MOSTLY_SHORT = (5 * [0.5, 1.1] + [0.5], [1, 3, 5, 7, 9, 11])  # the median RR is the short one
COUPLETS = (2 * [0.8, 0.8, 0.8, 0.45, 0.45, 1.15], [4, 5, 10, 11])
TRIGEMINY = (4 * [0.8, 0.5, 1.1], [2, 5, 8, 11])


@pytest.mark.parametrize(
    ("rr_s", "wide"), [BIGEMINY, MOSTLY_SHORT, COUPLETS, TRIGEMINY], ids=["bi", "short", "couplets", "tri"]
)
def test_ventricular_beats_are_found_and_kept_out_of_the_median(rr_s: list[float], wide: list[int]) -> None:
    record, annotation = beats_laid_out(rr_s, wide)
    rhythm = rhythm_facts(record, record, annotation)
    assert np.flatnonzero(rhythm.ventricular).tolist() == wide
    assert not rhythm.fibrillation.found
    assert not rhythm.wide_qrs.found
    assert not rhythm.no_p_waves.found
    for cycles in cut_cycles(record, annotation).values():
        assert not cycles.in_median[wide].any()
        assert cycles.in_median.sum() >= 0.6 * (len(rr_s) + 1 - len(wide))


def test_narrow_early_beats_are_premature_and_not_ventricular() -> None:
    record, annotation = beats_laid_out([0.8, 0.8, 0.8, 0.55, 1.05, 0.8, 0.8, 0.8], [])
    rhythm = rhythm_facts(record, record, annotation)
    assert np.flatnonzero(rhythm.premature).tolist() == [4]
    assert not rhythm.ventricular.any()
    assert rhythm.ectopic_beats.text.startswith("1 of 9 beats is ectopic, none of them wide")
    assert not rhythm.irregular.found


def test_in_fibrillation_early_beats_stay_in_the_median() -> None:
    _, annotation, rhythm = analysed("tests/fixtures/annotation/88.hea")
    assert not rhythm.premature.any()
    record = filter_record(open_ecg(ROOT / "tests/fixtures/annotation/88.hea")).record
    assert cut_cycles(record, annotation)["II"].in_median.sum() >= annotation.n_beats / 2


def test_an_hour_is_looked_at_in_stretches() -> None:
    """Six minutes of an irregular rhythm in an hour are told, two beats are not."""
    rng = np.random.default_rng(0)
    rr_s = np.full(4500, 0.8)
    rr_s[1000:1500] = rng.uniform(0.5, 1.1, 500)
    calm = np.full(4500, 0.8)
    calm[2000:2002] = 0.5, 1.1

    def irregular(rr_s: np.ndarray) -> bool | None:
        r_peaks = np.rint(100 * np.cumsum(rr_s)).astype(np.int64)
        n = r_peaks.size
        record = ECGRecord(np.zeros((1, int(r_peaks[-1]) + 100), np.float32), 100.0, ("II",))
        annotation = Annotation(100.0, "by hand", r_peaks, {}, Waves.unknown(n), np.ones(n, dtype=bool))
        return rhythm_facts(record, record, annotation).irregular.found

    assert irregular(rr_s) is True
    assert irregular(calm) is False


@pytest.mark.parametrize("fs_hz", [500.0, 1000.0])
def test_spikes_before_the_qrs_are_pacing(fs_hz: float) -> None:
    record, annotation = beats_laid_out(10 * [0.8], [], fs_hz)
    assert rhythm_facts(record, record, annotation).paced.found is False
    signal = record.signal_mv.copy()
    onset = np.rint(annotation.waves.qrs[:, 0] - 0.005 * fs_hz).astype(int)
    signal[:, onset[2:]] += 1.0
    paced = record.with_signal(signal)
    spiked = spike_at_onset(paced, annotation)
    assert spiked is not None
    assert np.flatnonzero(spiked).tolist() == list(range(2, 11))
    fact = rhythm_facts(paced, record, annotation).paced
    assert fact.found is True
    assert fact.text == "This looks like ventricular pacing: 9 of 11 beats begin with a spike."


def test_noise_is_no_pacing() -> None:
    record, annotation = beats_laid_out(10 * [0.8], [])
    noise = 0.3 * np.random.default_rng(0).standard_normal(record.signal_mv.shape)
    noisy = record.with_signal((record.signal_mv + noise).astype(np.float32))
    assert rhythm_facts(noisy, record, annotation).paced.found is False


@pytest.mark.parametrize("fs_hz", [100.0, 250.0, 360.0])
def test_slow_recordings_do_not_show_spikes(fs_hz: float) -> None:
    record, annotation = beats_laid_out(10 * [0.8], [], fs_hz)
    fact = rhythm_facts(record, record, annotation).paced
    assert fact.found is None
    assert "not assessed" in fact.text


@pytest.mark.parametrize("fs_hz", [100.0, 257.3, 1000.0])
def test_facts_do_not_depend_on_the_rate(fs_hz: float) -> None:
    record = open_ecg(ROOT / "tests/fixtures/annotation/88.hea")
    other = record.with_signal(resample(record.signal_mv, record.fs_hz, fs_hz), fs_hz)
    filtered = filter_record(other).record
    assert {"irregular", "no_p_waves", "fibrillation"} <= found(
        rhythm_facts(other, filtered, annotate(filtered))
    )


@pytest.mark.parametrize("n_beats", [0, 1, 2])
def test_few_beats_leave_facts_open(n_beats: int) -> None:
    record, whole = beats_laid_out(4 * [0.8], [])
    annotation = Annotation(
        FS_HZ, "by hand", whole.r_peaks[:n_beats], {}, Waves.unknown(n_beats), np.ones(n_beats, dtype=bool)
    )
    rhythm = rhythm_facts(record, record, annotation)
    for fact in (rhythm.irregular, rhythm.no_p_waves, rhythm.fibrillation, rhythm.wide_qrs):
        assert fact.found is None
        assert np.isnan(fact.value)
        assert "not assessed" in fact.text
    if n_beats == 0:
        assert rhythm.summary == "The rhythm could not be assessed."


def test_what_a_person_leaves_out_does_not_count() -> None:
    """A P wave declared absent in every beat turns the fact over."""
    record, annotation = beats_laid_out(10 * [0.8], [])
    assert rhythm_facts(record, record, annotation).no_p_waves.found is False
    annotation.waves.p[:] = np.nan
    assert rhythm_facts(record, record, annotation).no_p_waves.found is True


def test_json_holds_every_fact_and_no_nan() -> None:
    _, annotation, rhythm = analysed("tests/fixtures/annotation/105.hea")
    text = json.dumps(rhythm_json(rhythm), allow_nan=False)
    exported = json.loads(text)
    assert list(exported["facts"]) == [fact.key for fact in rhythm.facts]
    assert exported["ventricular_beats"] == [4, 10]
    assert exported["facts"]["wide_qrs"]["limit"] == 120
    assert max(exported["premature_beats"]) < annotation.n_beats


@settings(max_examples=40, deadline=None)
@given(
    rr_s=st.lists(st.floats(0.3, 2.0), min_size=0, max_size=30),
    fs_hz=st.sampled_from([100.0, 250.0, 500.0]),
    data=st.data(),
)
def test_any_beats_give_facts_that_fit_their_limits(
    rr_s: list[float], fs_hz: float, data: st.DataObject
) -> None:
    wide = data.draw(st.lists(st.integers(0, len(rr_s)), unique=True))
    record, annotation = beats_laid_out(rr_s, wide, fs_hz)
    rhythm = rhythm_facts(record, record, annotation)
    assert rhythm.premature.shape == rhythm.ventricular.shape == (len(rr_s) + 1,)
    assert not rhythm.ventricular[[beat for beat in range(len(rr_s) + 1) if beat not in wide]].any()
    for fact in rhythm.facts:
        assert fact.text.endswith(".")
        assert (fact.found is None) == bool(np.isnan(fact.value))
    for fact, above in ((rhythm.tachycardia, True), (rhythm.bradycardia, False)):
        if fact.found is not None:
            assert fact.found == (fact.value > fact.limit if above else fact.value < fact.limit)
