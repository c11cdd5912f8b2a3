"""How fast the filter is and how well it keeps the ST segment, beside NeuroKit2's `ecg_clean`.

    python -m benchmarks.filtering

The beats are median beats of real leads (LUDB 11), laid out at a known rate, so that the heart rate
can be chosen and the truth is known. 0.2 mV of ST elevation is added to every beat; the error is the
largest over beats and leads of what the ST level, 60-80 ms after the J point against the PR
segment, has gained less than that or more. "wander left" is what remains of a 0.25 Hz sine.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import neurokit2 as nk
import numpy as np
import wfdb
from numpy.typing import NDArray

from ecg_core.filtering.beat_model import median_beats
from ecg_core.filtering.pipeline import filter_record
from ecg_core.record import ECGRecord

_EXAMPLE = Path(__file__).parents[1] / "examples" / "ludb" / "11"
_FS_HZ = 500
_DURATION_S = 10
_RATES_BPM = (40, 50, 60, 75, 100, 150)
_BEFORE_S, _J_POINT_S = 0.2, 0.05
_REPEATS = 20

Signal = NDArray[np.float64]
Filter = Callable[[Signal], Signal]


def kalium(signal_mv: Signal) -> Signal:
    """The project's filter over `(leads, samples)`."""
    record = ECGRecord(
        signal_mv.astype(np.float32), _FS_HZ, tuple(str(lead) for lead in range(len(signal_mv)))
    )
    return filter_record(record).record.signal_mv.astype(np.float64)


def neurokit(signal_mv: Signal) -> Signal:
    """NeuroKit2's default cleaning, lead by lead."""
    return np.stack([nk.ecg_clean(lead, sampling_rate=_FS_HZ) for lead in signal_mv])


def beats_at(rate_bpm: float, beat_mv: Signal) -> tuple[Signal, Signal, NDArray[np.intp]]:
    """`(leads, samples)` of beats at a rate, the ST elevation `(samples,)` to be added, and the R positions."""
    n_samples = _FS_HZ * _DURATION_S
    rr = 60 * _FS_HZ / rate_bpm
    r_peaks = np.arange(0.4 * rr, n_samples, rr).astype(int)
    signal_mv, raised_mv = np.zeros((len(beat_mv), n_samples)), np.zeros(n_samples)
    length = min(beat_mv.shape[1], int(rr))
    st_s = 0.2 * min(1.0, np.sqrt(60 / rate_bpm))
    for r_peak in r_peaks:
        start = r_peak - round(_BEFORE_S * _FS_HZ)
        part = slice(max(0, start), min(n_samples, start + length))
        signal_mv[:, part] += beat_mv[:, part.start - start : part.stop - start]
        since_j_s = np.arange(-r_peak, n_samples - r_peak) / _FS_HZ - _J_POINT_S
        rise, fall = np.clip(since_j_s / 0.01, 0, 1), np.clip((st_s + 0.05 - since_j_s) / 0.1, 0, 1)
        raised_mv = np.maximum(raised_mv, 0.2 * np.minimum(rise, fall))
    return signal_mv, raised_mv, r_peaks


def st_level_mv(signal_mv: Signal, r_peaks: NDArray[np.intp]) -> Signal:
    """`(beats, leads)`, for the beats that lie inside the recording as a whole."""
    st = (round((_J_POINT_S + 0.06) * _FS_HZ), round((_J_POINT_S + 0.08) * _FS_HZ))
    pr = (round(-0.08 * _FS_HZ), round(-0.06 * _FS_HZ))
    whole = [r for r in r_peaks if r + pr[0] >= 0 and r + st[1] <= signal_mv.shape[-1]]
    means = [[signal_mv[..., r + first : r + last].mean(axis=-1) for first, last in (st, pr)] for r in whole]
    return np.array([after - before for after, before in means])


def st_error_uv(clean: Filter, rate_bpm: float, beat_mv: Signal) -> float:
    """Largest error over beats and leads of the ST level gained by 0.2 mV of elevation."""
    signal_mv, raised_mv, r_peaks = beats_at(rate_bpm, beat_mv)
    gained_mv = st_level_mv(clean(signal_mv + raised_mv) - clean(signal_mv), r_peaks)
    expected_mv = st_level_mv(np.broadcast_to(raised_mv, signal_mv.shape), r_peaks)
    return float(np.abs(gained_mv - expected_mv).max() * 1000)


def wander_left(clean: Filter, rate_bpm: float, beat_mv: Signal) -> float:
    """Share of a 0.5 mV, 0.25 Hz sine that is still there, root mean square."""
    signal_mv, _, _ = beats_at(rate_bpm, beat_mv)
    wander_mv = 0.5 * np.sin(2 * np.pi * 0.25 * np.arange(signal_mv.shape[1]) / _FS_HZ)
    left_mv = clean(signal_mv + wander_mv) - clean(signal_mv)
    return float(left_mv.std() / wander_mv.std())


def milliseconds(clean: Filter, signal_mv: Signal) -> float:
    """Median wall time of one call."""
    clean(signal_mv)
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        clean(signal_mv)
        times.append(time.perf_counter() - start)
    return float(np.median(times) * 1000)


def main() -> None:
    """Print both tables."""
    example_mv = np.asarray(wfdb.rdrecord(str(_EXAMPLE)).p_signal.T, dtype=np.float64)
    beat_mv = median_beats(kalium(example_mv), _FS_HZ, round(_BEFORE_S * _FS_HZ), round(0.55 * _FS_HZ))
    assert beat_mv is not None
    beat_mv = beat_mv * np.hanning(beat_mv.shape[1]) ** 0.1  # to nothing at both ends
    print(f"{len(example_mv)} leads x {_DURATION_S} s at {_FS_HZ} Hz")
    for name, clean in (("kalium", kalium), ("neurokit2", neurokit)):
        print(f"  {name:10} {milliseconds(clean, example_mv):6.1f} ms")
    print("rate   ST error kalium  neurokit2   wander left kalium  neurokit2")
    for rate_bpm in _RATES_BPM:
        st_uv = [st_error_uv(clean, rate_bpm, beat_mv) for clean in (kalium, neurokit)]
        left = [wander_left(clean, rate_bpm, beat_mv) for clean in (kalium, neurokit)]
        print(f"{rate_bpm:3} bpm {st_uv[0]:12.1f} uV {st_uv[1]:7.1f} uV {left[0]:19.1%} {left[1]:10.1%}")


if __name__ == "__main__":
    main()
