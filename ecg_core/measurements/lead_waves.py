"""Everything that is measured in each lead by itself, for every beat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.blocks import BEATS_AT_ONCE
from ecg_core.annotation.types import Annotation
from ecg_core.measurements.amplitudes import P_AMPLITUDE, QRS_AMPLITUDES, p_amplitude, qrs_amplitudes
from ecg_core.measurements.axes import AREAS, wave_areas
from ecg_core.measurements.baseline import isoelectric_mv
from ecg_core.measurements.beats import Beats, counting_beats, cut_beats
from ecg_core.measurements.st_level import ST_LEVEL, st_level
from ecg_core.measurements.t_wave import T_WAVE, t_wave
from ecg_core.measurements.u_wave import U_WAVE, u_wave
from ecg_core.record import ECGRecord

LEAD_WAVES = (*P_AMPLITUDE, *QRS_AMPLITUDES, *ST_LEVEL, *T_WAVE, *U_WAVE)

Floats = NDArray[np.float64]


def measure_lead_waves(filtered: ECGRecord, annotation: Annotation) -> dict[str, Floats]:
    """Every quantity of `LEAD_WAVES` by key and the areas of P, QRS and T (`axes.AREAS`), `(leads, beats)` each.

    Rows follow `filtered.leads`, columns `annotation.r_peaks`. NaN where a wave is absent or was not recorded, and
    for beats cut around R alone or left out by hand; ectopic beats are measured like any other. Long records are
    worked through in blocks of beats.
    """
    chosen = counting_beats(annotation)
    shape = (len(filtered.leads), annotation.n_beats)
    found = {key: np.full(shape, np.nan) for key in (*(quantity.key for quantity in LEAD_WAVES), *AREAS)}
    for start in range(0, chosen.size, BEATS_AT_ONCE):
        block = chosen[start : start + BEATS_AT_ONCE]
        for key, values in measure_rows(cut_beats(filtered, annotation, block)).items():
            found[key][:, block] = values.reshape(len(filtered.leads), -1)
    return found


def measure_rows(beats: Beats) -> dict[str, Floats]:
    """The same of beats that were cut already, `(rows,)` each."""
    level = isoelectric_mv(beats)
    return {
        **p_amplitude(beats, level),
        **qrs_amplitudes(beats, level),
        **st_level(beats, level),
        **t_wave(beats, level),
        **u_wave(beats, level),
        **wave_areas(beats),
    }
