"""Change of sampling rate."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy import signal as sps

from ecg_core.filtering.gaps import bridge_gaps

_LARGEST_FACTOR = 2000  # a rate is matched to better than 1 sample in 10 minutes at 500 Hz


def resample(signal_mv: NDArray[np.floating], fs_hz: float, to_hz: float) -> NDArray[np.float32]:
    """`(..., samples)` at `fs_hz` -> `(..., round(samples * to_hz / fs_hz))` float32 at `to_hz`.

    Polyphase with an anti-alias filter; sample i stands at time i / rate before and after. Gaps
    (NaN) are bridged for the filter and stay gaps: a new sample is missing where the old sample
    nearest in time was. Raises ValueError for a rate that is not positive.
    """
    if not (fs_hz > 0 and to_hz > 0):
        raise ValueError(f"sampling rates must be positive, not {fs_hz} and {to_hz}")
    ratio = Fraction(to_hz / fs_hz).limit_denominator(_LARGEST_FACTOR)
    if ratio == 1:
        return np.array(signal_mv, dtype=np.float32)
    filled, missing = bridge_gaps(signal_mv)
    n_out = round(signal_mv.shape[-1] * to_hz / fs_hz)
    polyphase = sps.resample_poly(filled, ratio.numerator, ratio.denominator, axis=-1, padtype="line")
    resampled: NDArray[np.float32] = polyphase[..., :n_out].astype(np.float32)
    if missing.any():
        nearest = np.round(np.arange(n_out) * fs_hz / to_hz).astype(int)
        resampled[missing[..., np.minimum(nearest, missing.shape[-1] - 1)]] = np.nan
    return resampled
