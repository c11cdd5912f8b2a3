"""An ECG with the marks that the delineator learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.wave_net import P

EXAMPLE_FS_HZ = 500.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Example:
    """A filtered ECG with its marks at `EXAMPLE_FS_HZ`.

    `signal_mv` `(12, samples)`; `waves`, for each lead, `(waves, 3)`: class, onset, offset in samples; `spans`
    `(12, 2)`: the part of each lead that is marked.
    """

    signal_mv: NDArray[np.float32]
    waves: tuple[Floats, ...]
    spans: Floats

    def without_p(self) -> Example:
        """The same with no P wave marked."""
        kept = tuple(waves[waves[:, 0] != P] for waves in self.waves)
        return Example(self.signal_mv, kept, self.spans)

    def moved(self, signal_mv: NDArray[np.float32], source_s: Floats) -> Example:
        """With another signal, sample i of which shows what was at time `source_s[i]`, and marks moved along."""
        n_samples = signal_mv.shape[1]
        places = np.arange(n_samples, dtype=np.float64)

        def move(marks: Floats) -> Floats:
            return np.interp(marks / EXAMPLE_FS_HZ, source_s, places)

        waves = []
        for lead_waves in self.waves:
            there = lead_waves[:, 1] < source_s[-1] * EXAMPLE_FS_HZ
            waves.append(np.column_stack([lead_waves[there, 0], move(lead_waves[there, 1:])]))
        return Example(signal_mv, tuple(waves), move(self.spans))
