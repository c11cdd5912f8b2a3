"""Beats whose every measure is known by construction."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecg_core.annotation.types import Annotation, Waves
from ecg_core.measurements.beats import FS_HZ, Beats
from ecg_core.record import ECGRecord

R_INDEX = 250
RR_S = 0.9
P_S = (-0.205, -0.16, -0.115)
QRS_S = (-0.04, 0.0, 0.045)
T_S = (0.17, 0.30, 0.43)


@dataclass(frozen=True)
class Shape:
    """Heights in mV and widths in seconds; T rises and falls as two half Gaussians."""

    p_mv: float = 0.12
    q_mv: float = -0.1
    r_mv: float = 1.2
    s_mv: float = -0.3
    st_mv: float = 0.0
    t_mv: float = 0.4
    t_rise_s: float = 0.045
    t_fall_s: float = 0.045
    u_mv: float = 0.0
    offset_mv: float = 0.0

    def mv(self, from_r_s: np.ndarray) -> np.ndarray:
        """The beat at times from R."""
        t = from_r_s
        st = self.st_mv * np.interp(t, [0.035, 0.04, 0.12, 0.15], [0, 1, 1, 0])
        t_sigma = np.where(t < T_S[1], self.t_rise_s, self.t_fall_s)
        return (
            self.p_mv * _bell(t, P_S[1], 0.018)
            + self.q_mv * _triangle(t, -0.026, 0.010)
            + self.r_mv * _triangle(t, 0.0, 0.016)
            + self.s_mv * _triangle(t, 0.028, 0.012)
            + st
            + self.t_mv * _bell(t, T_S[1], t_sigma)
            + self.u_mv * _bell(t, 0.53, 0.022)
        )


def _bell(t: np.ndarray, centre: float, sigma: float | np.ndarray) -> np.ndarray:
    return np.exp(-((t - centre) ** 2) / (2 * sigma**2))


def _triangle(t: np.ndarray, centre: float, half_width: float) -> np.ndarray:
    return np.clip(1 - np.abs(t - centre) / half_width, 0, None)


def rows(mv: np.ndarray) -> Beats:
    """`(rows, 700)` mV as beats with the marks above."""

    def marks(times_s: tuple[float, ...]) -> np.ndarray:
        return np.tile(R_INDEX + FS_HZ * np.array(times_s), (len(mv), 1))

    before = np.full(len(mv), R_INDEX + FS_HZ * (T_S[2] - RR_S))
    after = np.full(len(mv), R_INDEX + FS_HZ * (P_S[0] + RR_S))
    return Beats(mv.astype(np.float64), marks(P_S), marks(QRS_S), marks(T_S), before, after)


def one_beat(shape: Shape) -> Beats:
    """The shape alone in a row, on its own offset."""
    t = (np.arange(700) - R_INDEX) / FS_HZ
    return rows(shape.mv(t)[None] + shape.offset_mv)


def without_p(beats: Beats) -> Beats:
    """The same, their P waves not known."""
    return replace(beats, p=np.full_like(beats.p, np.nan))


def made_record(
    shapes: dict[str, Shape], fs_hz: float = 500.0, n_beats: int = 6, first_r_s: float = 0.5
) -> ECGRecord:
    """Equal beats, `RR_S` apart, one shape a lead; the R of the first one at `first_r_s`."""
    t = np.arange(round((first_r_s + n_beats * RR_S) * fs_hz)) / fs_hz
    r_s = first_r_s + RR_S * np.arange(n_beats)
    signal = [np.sum([shape.mv(t - r) for r in r_s], axis=0) + shape.offset_mv for shape in shapes.values()]
    return ECGRecord(np.array(signal, dtype=np.float32), fs_hz, tuple(shapes))


def made_annotation(record: ECGRecord, n_beats: int = 6, first_r_s: float = 0.5) -> Annotation:
    """The true marks of such a record."""
    r = np.rint((first_r_s + RR_S * np.arange(n_beats)) * record.fs_hz)

    def marks(times_s: tuple[float, ...]) -> np.ndarray:
        return r[:, None] + record.fs_hz * np.array(times_s)

    waves = Waves(marks(P_S), marks(QRS_S), marks(T_S))
    lead_waves = dict.fromkeys(record.leads, waves)
    return Annotation(
        record.fs_hz, "made up", r.astype(np.int64), lead_waves, waves, np.zeros(n_beats, dtype=bool)
    )
