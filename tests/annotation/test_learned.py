"""The network that comes with the program. The three ECGs are among those it has learned from: nothing here says how good it is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from ecg_core.annotation import wave_weights
from ecg_core.annotation.annotate import annotate
from ecg_core.annotation.learned import BLOCK_S, LearnedDelineator, within_qrs
from ecg_core.annotation.types import OFFSET, ONSET, Annotation
from ecg_core.annotation.wave_net import WaveNet
from ecg_core.errors import CheckpointError
from ecg_core.network_files import store
from ecg_core.record import ECGRecord
from tests.annotation.annotated_ecgs import (
    FIBRILLATION,
    SINUS,
    VENTRICULAR,
    at_rate,
    filtered_ecg,
    manual_marks,
    missed_and_extra,
    with_samples,
)


@cache
def found(name: str) -> Annotation:
    return annotate(filtered_ecg(name), "learned")


@pytest.mark.parametrize("name", [SINUS, FIBRILLATION, VENTRICULAR])
@pytest.mark.parametrize("lead", [None, "II", "V1", "V6"], ids=["all", "II", "V1", "V6"])
def test_every_marked_beat_is_found_with_any_lead(name: str, lead: str | None) -> None:
    record = filtered_ecg(name) if lead is None else filtered_ecg(name).select([lead])
    beats = annotate(record, "learned").r_peaks
    assert missed_and_extra(beats, manual_marks(name, "II", "QRS")[:, 1], 40) == (0, 0)


@pytest.mark.parametrize("name", [SINUS, FIBRILLATION, VENTRICULAR])
def test_r_is_within_every_qrs_and_waves_are_in_order(name: str) -> None:
    annotation = found(name)
    r = annotation.r_peaks
    assert (np.diff(r) > 0).all()
    for waves in annotation.lead_waves.values():
        assert not (waves.qrs[:, ONSET] > r).any() and not (waves.qrs[:, OFFSET] < r).any()
        assert not (waves.p[:, OFFSET] > waves.qrs[:, ONSET]).any()
        assert not (waves.t[:, ONSET] < waves.qrs[:, OFFSET]).any()
        for wave in (waves.p, waves.qrs, waves.t):
            known = wave[np.isfinite(wave).all(axis=1)]
            assert (np.diff(known, axis=1) >= 0).all()


def test_a_wave_cut_off_by_the_end_of_the_recording_has_no_end() -> None:
    record = filtered_ecg(SINUS)
    t = found(SINUS).lead_waves["II"].t
    whole = np.flatnonzero(np.isfinite(t).all(axis=1))[-2]
    cut = record.with_signal(record.signal_mv[:, : round(t[whole, 1])])  # at the summit of T
    ends = annotate(cut, "learned").waves.t[:, OFFSET]
    assert np.isfinite(ends[1:-1]).all() and np.isnan(ends[-1])


def test_r_sought_beyond_a_wide_qrs_is_the_summit_of_the_leads() -> None:
    qrs = np.array([[[100.0, 140.0, 180.0], [300.0, 340.0, 380.0], [np.nan] * 3]] * 2)
    assert within_qrs(np.array([180, 310, 500]), qrs).tolist() == [140, 310, 500]


def test_given_beats_are_kept_and_get_their_waves() -> None:
    beats = found(SINUS).r_peaks[[1, 3]]
    waves = LearnedDelineator().delineate(filtered_ecg(SINUS), beats)
    for lead, own in waves.items():
        whole = found(SINUS).lead_waves[lead]
        assert own.qrs.shape == (2, 3)
        assert own.qrs == pytest.approx(whole.qrs[[1, 3]], abs=1)


@pytest.mark.parametrize("fs_hz", [100.0, 257.0, 360.0, 1000.0, 2000.0])
def test_the_sampling_rate_hardly_matters(fs_hz: float) -> None:
    other = annotate(at_rate(filtered_ecg(VENTRICULAR), fs_hz), "learned")
    at_500 = found(VENTRICULAR)
    assert other.r_peaks / fs_hz == pytest.approx(at_500.r_peaks / 500, abs=0.02)
    for column in (ONSET, OFFSET):
        moved = other.waves.qrs[:, column] / fs_hz - at_500.waves.qrs[:, column] / 500
        assert np.nanmedian(np.abs(moved)) < 0.008


def test_two_seconds_are_enough() -> None:
    truth = manual_marks(VENTRICULAR, "II", "QRS")[:, 1]
    inside = truth[(truth > 1550) & (truth < 2450)] - 1500
    part = annotate(with_samples(filtered_ecg(VENTRICULAR), 1500, 2500), "learned")
    assert missed_and_extra(part.r_peaks, inside, 40) == (0, 0)


def test_a_single_beat_has_its_waves() -> None:
    annotation = annotate(with_samples(filtered_ecg(SINUS), 500, 1100), "learned")
    assert annotation.n_beats == 1 and not annotation.r_only.any()
    assert "one beat" in annotation.warnings[0]


def test_long_records_are_worked_through_in_blocks_without_a_seam() -> None:
    record = filtered_ecg(VENTRICULAR).select(["II", "V5"])
    copies = int(3 * BLOCK_S / record.duration_s)
    long = annotate(record.with_signal(np.tile(record.signal_mv, (1, copies))), "learned")
    inner = found(VENTRICULAR).r_peaks[2:-2]
    expected = (inner + record.n_samples * np.arange(copies)[:, None]).ravel()
    distance = np.abs(np.subtract.outer(expected, long.r_peaks)).min(axis=1)
    assert distance.max() <= 10
    assert np.diff(long.r_peaks).min() > 100


def test_nothing_is_found_in_a_gap() -> None:
    record = filtered_ecg(SINUS)
    signal = record.signal_mv.copy()
    signal[:, 2200:3100] = np.nan
    signal[1, 3100:] = np.nan
    annotation = annotate(record.with_signal(signal), "learned")
    assert not ((annotation.r_peaks >= 2200) & (annotation.r_peaks < 3100)).any()
    late = annotation.r_peaks > 3100
    assert late.sum() >= 2
    assert np.isnan(annotation.lead_waves["II"].qrs[late]).all()
    assert np.isfinite(annotation.lead_waves["V2"].qrs[late][:, [ONSET, OFFSET]]).all()


def test_a_flat_lead_has_no_waves() -> None:
    record = filtered_ecg(SINUS)
    signal = record.signal_mv.copy()
    signal[0] = 0.0
    waves = annotate(record.with_signal(signal), "learned").lead_waves["I"]
    assert np.isnan(np.concatenate([waves.p, waves.qrs, waves.t])).all()


@pytest.mark.parametrize("n_leads", [1, 2, 12])
@pytest.mark.parametrize(
    "signal",
    [
        np.zeros(5000),
        np.full(5000, np.nan),
        np.random.default_rng(0).normal(0, 0.05, 5000),
        0.2 * np.sin(np.arange(5000) * 2 * np.pi / 10),
    ],
    ids=["flat", "missing", "noise", "mains"],
)
def test_what_is_no_ecg_has_no_beats(signal: np.ndarray, n_leads: int) -> None:
    record = ECGRecord(np.tile(signal, (n_leads, 1)), 500.0, filtered_ecg(SINUS).leads[:n_leads])
    annotation = annotate(record, "learned")
    assert annotation.n_beats == 0
    assert "No heartbeat" in annotation.warnings[0]


@pytest.mark.parametrize("n_samples", [0, 1, 60, 300])
def test_a_scrap_of_signal_does_no_harm(n_samples: int) -> None:
    beats = annotate(with_samples(filtered_ecg(SINUS), 0, n_samples), "learned").r_peaks
    assert beats.size <= 1 and (beats < n_samples).all()


def test_without_its_weights_another_method_answers_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> WaveNet:
        return wave_weights.load_network(tmp_path)

    monkeypatch.setattr("ecg_core.annotation.learned.bundled_network", missing)
    annotation = annotate(filtered_ecg(SINUS), "learned")
    assert annotation.method == "multilead" and annotation.n_beats == found(SINUS).n_beats
    assert "multilead" in annotation.warnings[0]


def test_weights_are_read_as_they_were_written(tmp_path: Path) -> None:
    net = WaveNet()
    store(net, tmp_path, {"name": "one"})
    read = wave_weights.load_network(tmp_path)
    assert torch.allclose(read.leave.weight, net.leave.weight, atol=1e-3)
    (tmp_path / "model.safetensors").write_bytes(b"other")
    with pytest.raises(CheckpointError, match="checksum"):
        wave_weights.load_network(tmp_path)
