from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import wfdb
from scipy.io import savemat

from ecg_core.annotation.wave_net import CLASSES, NONE, QRS, P, T, WaveNet
from ecg_core.datasets.example import Example
from ecg_core.errors import ECGError
from ecg_core.training.delineator import wave_loss
from ecg_core.training.marked_batches import (
    CROP_SAMPLES,
    MarkedBatches,
    class_shares,
    disturb,
    read_noise,
    training_noise,
)


@pytest.fixture(scope="module")
def noise() -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    return training_noise({name: rng.normal(size=(8000, 2)).cumsum(axis=0) for name in ("BW", "EM", "MA")})


@pytest.fixture(scope="module")
def records() -> list[list[Example]]:
    """Two made-up records: a square QRS and T in every second, marked from 1 to 9 s."""
    signal = np.zeros((12, 5000), dtype=np.float32)
    rows = []
    for second in range(10):
        for wave, onset, offset, height in ((QRS, 400, 440, 1.0), (T, 460, 499, 0.3)):
            start, stop = 500 * second + onset, 500 * second + offset
            signal[:, start : stop + 1] = height
            if 1 <= second < 9:
                rows.append([wave, start, stop])
    spans = np.tile([500.0, 4500.0], (12, 1))
    example = Example(signal, tuple(np.array(rows, dtype=float) for _ in range(12)), spans)
    return [[example], [example, example, example, example]]


def test_shares_sum_to_one_where_marked_and_to_zero_elsewhere() -> None:
    shares = class_shares(np.array([[100.5, 120.0]]), np.array([float(P)]), np.array([50.0, 400.0]))
    total = shares.sum(axis=0)
    assert (total[50:401] == 1).all() and not total[:50].any() and not total[401:].any()
    assert shares[P, 101:120] == pytest.approx(1.0) and shares[P, 100] == pytest.approx(0.0)
    assert shares[P, 120] == pytest.approx(0.5)  # a bound on a sample is where the share is one half
    assert shares[NONE, 121:400] == pytest.approx(1.0)


@pytest.mark.parametrize("bounds", [(-50.0, -10.0), (2000.0, 2050.0), (-20.0, 5.0), (1530.0, 1700.0)])
def test_waves_beyond_the_crop_are_cut_off(bounds: tuple[float, float]) -> None:
    shares = class_shares(np.array([bounds]), np.array([float(T)]), np.array([-100.0, 3000.0]))
    inside = np.clip(bounds, -0.5, CROP_SAMPLES - 0.5)
    assert shares[T].sum() == pytest.approx(inside[1] - inside[0])


def test_batches_are_the_same_for_the_same_epoch(
    records: list[list[Example]], noise: tuple[np.ndarray, ...]
) -> None:
    source = MarkedBatches(records, noise, seed=1, steps=2)
    first, again, other = ([s for s, _ in source.batches(24, epoch)] for epoch in (0, 0, 1))
    for one, two in zip(first, again, strict=True):
        assert torch.equal(one.nan_to_num(9), two.nan_to_num(9))
    assert first[0].shape != other[0].shape or not torch.equal(first[0], other[0])


def test_every_crop_has_as_many_leads_and_is_marked(
    records: list[list[Example]], noise: tuple[np.ndarray, ...]
) -> None:
    for signal, shares in MarkedBatches(records, noise, seed=3, steps=6).batches(24, 0):
        n, leads, samples = signal.shape
        assert n * leads == 24 and samples == CROP_SAMPLES
        assert shares.shape == (n, leads, len(CLASSES), samples)
        assert (shares.sum((1, 2, 3)) > 0).all()
        assert not shares.sum(2)[~signal.isfinite()].any()


def test_clean_crops_are_marked_where_the_waves_are(
    records: list[list[Example]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecg_core.training.marked_batches.disturb", lambda signal, *_: signal)
    monkeypatch.setattr("ecg_core.training.marked_batches._HEARTLESS", 0.0)
    for signal, shares in MarkedBatches(records, (), seed=3, steps=4).batches(24, 0):
        assert (signal[shares[:, :, QRS] > 0.99] > 0.9).all()
        between = signal[shares[:, :, NONE] > 0.99]  # edges are half a sample wide
        assert (between < 0.1).float().mean() > 0.97


def test_disturbances_keep_the_shape_and_may_leave_gaps(noise: tuple[np.ndarray, ...]) -> None:
    rng = np.random.default_rng(5)
    signal = np.sin(np.arange(CROP_SAMPLES) / 30) * np.ones((3, 1))
    results = [disturb(signal, noise, rng) for _ in range(40)]
    assert {result.shape for result in results} == {signal.shape}
    gaps = [np.isnan(result).any() for result in results]
    assert 0 < sum(gaps) < 20
    assert any(np.nanmax(np.abs(np.abs(result) - np.abs(signal))) > 0.1 for result in results)


def test_noise_is_read_as_wfdb_or_matlab(tmp_path: Path) -> None:
    recording = np.round(np.random.default_rng(0).normal(size=(1000, 2)), 2)
    for name in ("bw", "em", "ma"):
        wfdb.wrsamp(
            name, 360, ["mV", "mV"], ["a", "b"], p_signal=recording, fmt=["16", "16"], write_dir=str(tmp_path)
        )
    as_wfdb = read_noise(tmp_path)
    other = tmp_path / "matlab"
    other.mkdir()
    for name in ("BW", "EM", "MA"):
        savemat(other / f"{name}.mat", {name: recording})
    for name, found in read_noise(other).items():
        assert found == pytest.approx(as_wfdb[name], abs=1e-3)
    with pytest.raises(ECGError, match=r"bw\.hea"):
        read_noise(tmp_path / "elsewhere")


def test_only_the_first_half_of_the_noise_is_trained_on() -> None:
    recordings = {"BW": np.concatenate([np.zeros((3600, 2)), np.ones((3600, 2))])}
    for piece in training_noise(recordings):
        assert piece.shape == (2, 2500) and np.abs(piece).max() < 1e-3


def test_the_loss_sees_marked_samples_alone_and_falls() -> None:
    torch.manual_seed(0)
    net = WaveNet()
    signal = torch.randn(2, 2, 320)
    shares = torch.zeros(2, 2, len(CLASSES), 320)
    shares[:, :, QRS, 100:200] = 1.0
    assert wave_loss(net, signal, torch.zeros_like(shares)).item() == 0.0
    before = wave_loss(net, signal, shares)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)
    for _ in range(3):
        optimizer.zero_grad()
        wave_loss(net, signal, shares).backward()
        optimizer.step()
    assert wave_loss(net, signal, shares) < 0.5 * before
