"""The f waves of atrial fibrillation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FIBRILLATION_HZ = (5.0, 8.5)  # 300 to 510 a minute
_F_WAVE_MV = (0.005, 0.12)


def f_waves(time_s: Floats, n_leads: int, rng: np.random.Generator) -> Floats:
    """Waves of changing rate and height, another height in each lead, `(leads, samples)`."""
    wobble = np.cumsum(rng.normal(0, 1, time_s.size)) * 0.02
    phase = (
        2
        * np.pi
        * (rng.uniform(*_FIBRILLATION_HZ) * time_s + wobble - np.linspace(0, wobble[-1], time_s.size))
    )
    shape = np.sin(phase) + rng.uniform(0, 0.5) * np.sin(2 * phase + rng.uniform(0, 6))
    swell = 1 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.2, 0.6) * time_s + rng.uniform(0, 6))
    low, high = np.log(_F_WAVE_MV)
    heights = np.exp(rng.uniform(low, high, (n_leads, 1))) * rng.choice([-1, 1], (n_leads, 1))
    return np.asarray(heights * shape * swell)
