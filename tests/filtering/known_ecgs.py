"""Synthetic and real ECGs whose ST level is known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecg_core.record import ECGRecord

DATA = Path(__file__).parent / "data"
LUDB_RECORDS = (1, 8, 35, 127, 160)  # 46, 71, 141, 40 and 44 beats per minute


def record_of(signal_mv: NDArray[np.floating], fs_hz: float) -> ECGRecord:
    rows = np.atleast_2d(signal_mv)
    return ECGRecord(rows, fs_hz, tuple(f"lead {number}" for number in range(len(rows))))


@dataclass(frozen=True)
class MarkedECG:
    """`(leads, samples)` in mV with the onset and offset of every QRS in samples, `(beats, 2)`."""

    signal_mv: NDArray[np.float64]
    fs_hz: float
    qrs: NDArray[np.int64]

    def st_elevation_mv(self, level_mv: float, st_s: float) -> NDArray[np.float64]:
        """ST elevation from the end of every QRS on, `(samples,)`; a beat before and after the marked ones too."""
        rr = np.median(np.diff(self.qrs[:, 1]))
        time = np.arange(self.signal_mv.shape[1])
        raised = np.zeros(time.size)
        for j_point in np.r_[self.qrs[0, 1] - rr, self.qrs[:, 1], self.qrs[-1, 1] + rr]:
            since_j_s = (time - j_point) / self.fs_hz
            with np.errstate(over="ignore"):
                raised = np.maximum(
                    raised,
                    level_mv / (1 + np.exp(-since_j_s / 0.004)) / (1 + np.exp((since_j_s - st_s) / 0.03)),
                )
        return raised

    def st_level_mv(self, signal_mv: NDArray[np.floating]) -> NDArray[np.float64]:
        """Mean of 60-80 ms after each QRS minus that of the PR segment, 25-5 ms before it, `(beats, leads)`."""
        levels = []
        for onset, offset in self.qrs:
            st = slice(round(offset + 0.06 * self.fs_hz), round(offset + 0.08 * self.fs_hz) + 1)
            pr = slice(round(onset - 0.025 * self.fs_hz), round(onset - 0.005 * self.fs_hz) + 1)
            if pr.start >= 0 and st.stop <= signal_mv.shape[-1]:
                levels.append(signal_mv[..., st].mean(axis=-1) - signal_mv[..., pr].mean(axis=-1))
        return np.array(levels)


def synthetic_ecg(rate_bpm: float, fs_hz: float, duration_s: float = 10.0, jitter: float = 0.0) -> MarkedECG:
    """One lead of Gaussian P, Q, R, S and T waves, R of 1 mV; `jitter` is the spread of RR over its mean."""
    rng = np.random.default_rng(0)
    rr_s = 60 / rate_bpm
    shrink = min(1.0, np.sqrt(rr_s))
    waves = [
        (0.12, -0.16 * min(1, rr_s / 0.7), 0.02),
        (-0.1, -0.025, 0.008),
        (1.0, 0.0, 0.01),
        (-0.2, 0.025, 0.008),
    ]
    waves.append((0.3, 0.27 * shrink, 0.04 * shrink))
    steps_s = rr_s * (1 + jitter * rng.standard_normal(int(duration_s / rr_s) + 3))
    r_peaks_s = np.cumsum(steps_s) - 0.6 * rr_s
    since_r_s = np.arange(round(duration_s * fs_hz)) / fs_hz - r_peaks_s[:, None]
    signal_mv = sum(a * np.exp(-0.5 * ((since_r_s - m) / s) ** 2) for a, m, s in waves).sum(axis=0)
    inside = r_peaks_s[r_peaks_s < duration_s]
    qrs = np.round(np.stack([inside - 0.05, inside + 0.05], axis=1) * fs_hz).astype(int)
    return MarkedECG(signal_mv[None], fs_hz, qrs)


def ludb_ecg(number: int) -> MarkedECG:
    """Leads II, V2 and V5 of a LUDB record, its QRS marked by hand."""
    with np.load(DATA / "ludb.npz", allow_pickle=False) as ludb:
        return MarkedECG(ludb[f"ludb_{number}_uv"] / 1000.0, 500.0, ludb[f"ludb_{number}_qrs"][:, [0, 2]])


def noise_stress_mv() -> dict[str, NDArray[np.float64]]:
    """10 s of real baseline wander and muscle artefact, two channels at 360 Hz."""
    with np.load(DATA / "nstdb.npz", allow_pickle=False) as noise:
        return {"wander": noise["bw_uv"] / 1000.0, "muscle": noise["ma_uv"] / 1000.0}
