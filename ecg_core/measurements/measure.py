"""The table of measurements of an ECG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.cycles import cut_cycles, premature
from ecg_core.annotation.types import ONSET, Annotation, Cycles, Waves
from ecg_core.annotation.windows import nanquantile
from ecg_core.leads import LIMB_FROM_I_II
from ecg_core.measurements.axes import AREAS, AXES, angle_between_deg, frontal_axis_deg, unwrapped_deg
from ecg_core.measurements.beat_intervals import every_interval_ms
from ecg_core.measurements.beats import counting_beats, marks_from_r, median_beats
from ecg_core.measurements.intervals import INTERVALS, intervals_ms
from ecg_core.measurements.lead_waves import LEAD_WAVES, measure_lead_waves, measure_rows
from ecg_core.measurements.rr import (
    HEART_RATE,
    MIN_NORMAL_SHARE,
    PNN50,
    RMSSD,
    RR,
    RR_SD,
    SDNN,
    normal_intervals,
    pnn50_percent,
    rmssd_ms,
    rr_intervals_ms,
    sd_ms,
)
from ecg_core.measurements.summary import over_beats, over_beats_of_leads, single_value
from ecg_core.measurements.types import Measurement
from ecg_core.record import ECGRecord

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Typical:
    """Which beats are typical of each lead, `in_median` `(leads, beats)`, and their median, `medians_mv` `(leads, 512)`."""

    in_median: Bools
    medians_mv: NDArray[np.float32]

    @property
    def dominant(self) -> Bools:
        """Beats `(beats,)` that are typical in half of the leads at least that show any beat."""
        showing = self.in_median[self.in_median.any(axis=1)]
        return 2 * showing.sum(axis=0) >= max(len(showing), 1)


def measure(
    annotation: Annotation, filtered: ECGRecord | None = None, cycles: Mapping[str, Cycles] | None = None
) -> tuple[Measurement, ...]:
    """Rate and rhythm, intervals and, given the filtered record, axes and the waves of each lead.

    Each is the median over beats with its quartiles and, beside it, the value of the median beat; NaN where it
    could not be measured. Beats cut around R alone or left out by hand count for the rhythm only; those that are
    not in a lead's median beat (ectopic, noisy) do not count for its waves. `cycles` are the record's own, every
    lead; without them they are cut here, lead by lead.
    """
    if filtered is None:
        every = np.ones(annotation.n_beats, dtype=bool)
        return (*_rhythm(annotation, None, every), *_intervals(annotation, every))
    typical = _typical(annotation, filtered, cycles)
    values = measure_lead_waves(filtered, annotation)
    values = {key: np.where(typical.in_median, found, np.nan) for key, found in values.items()}
    at_once = measure_rows(median_beats(typical.medians_mv, typical.in_median, annotation))
    return (
        *_rhythm(annotation, filtered, typical.dominant),
        *_intervals(annotation, typical.dominant),
        *_axes(filtered.leads, values, at_once),
        *over_beats_of_leads(LEAD_WAVES, values, at_once, filtered.leads),
    )


def _typical(annotation: Annotation, filtered: ECGRecord, cycles: Mapping[str, Cycles] | None) -> _Typical:
    counts = np.zeros(annotation.n_beats, dtype=bool)
    counts[counting_beats(annotation)] = True
    in_median, medians = [], []
    for lead in filtered.leads:
        cut = cut_cycles(filtered.select([lead]), annotation)[lead] if cycles is None else cycles[lead]
        in_median.append(cut.in_median & counts)
        medians.append(cut.median_mv)
    return _Typical(np.stack(in_median), np.stack(medians))


def _rhythm(annotation: Annotation, filtered: ECGRecord | None, typical: Bools) -> list[Measurement]:
    """Rate and variability; a normal beat is typical, follows a P wave and does not come early."""
    recorded = None if filtered is None else _recorded(filtered)
    rr = rr_intervals_ms(annotation.r_peaks, annotation.fs_hz, recorded)
    is_normal = typical & np.isfinite(annotation.waves.p[:, ONSET]) & ~premature(annotation)
    nn = normal_intervals(rr, is_normal)
    n_rr, n_nn = int(np.isfinite(rr).sum()), int(np.isfinite(nn).sum())
    if n_nn < MIN_NORMAL_SHARE * n_rr:
        nn = np.full_like(nn, np.nan)
    return [
        *over_beats((HEART_RATE, RR), (60_000 / rr, rr), (np.nan, np.nan)),
        single_value(RR_SD, sd_ms(rr), n_rr),
        single_value(SDNN, sd_ms(nn), n_nn),
        single_value(RMSSD, rmssd_ms(nn), n_nn),
        single_value(PNN50, pnn50_percent(nn), n_nn),
    ]


def _recorded(filtered: ECGRecord) -> Bools:
    """Where any lead was recorded, `(samples,)`; lead by lead, since a day of all leads at once takes much memory."""
    recorded = np.zeros(filtered.n_samples, dtype=bool)
    for lead_mv in filtered.signal_mv:
        recorded |= np.isfinite(lead_mv)
    return recorded


def _intervals(annotation: Annotation, typical: Bools) -> list[Measurement]:
    values = every_interval_ms(annotation)
    rr_ms = np.diff(annotation.r_peaks) * (1000 / annotation.fs_hz)
    middle = nanquantile(marks_from_r(annotation)[typical], 0.5)[None]
    waves = Waves(middle[:, :3], middle[:, 3:6], middle[:, 6:9])
    at_once = intervals_ms(waves, annotation.fs_hz, nanquantile(rr_ms[:, None], 0.5))
    keys = [quantity.key for quantity in INTERVALS]
    return over_beats(
        INTERVALS,
        [values[key] for key in keys],
        [float(at_once[key][0]) for key in keys],
        tuple(annotation.lead_waves),
    )


def _axes(leads: tuple[str, ...], values: dict[str, Floats], at_once: dict[str, Floats]) -> list[Measurement]:
    """Axes by the first two limb leads; NaN where there are fewer."""
    limb = [lead for lead in leads if lead in LIMB_FROM_I_II][:2]
    if len(limb) < 2:
        return over_beats(AXES, [np.zeros(0)] * len(AXES), [np.nan] * len(AXES))
    pair, rows = (limb[0], limb[1]), [leads.index(lead) for lead in limb]
    of_beats = _directions_deg([values[area][rows] for area in AREAS], pair)
    of_median = _directions_deg([at_once[area][rows][:, None] for area in AREAS], pair)
    return over_beats(AXES, of_beats, [float(value[0]) for value in of_median], pair)


def _directions_deg(areas: list[Floats], pair: tuple[str, str]) -> list[Floats]:
    """The quantities of `AXES` from the areas of P, QRS and T in two leads, `(2, beats)` each."""
    p, qrs, t = (frontal_axis_deg(area, pair) for area in areas)
    return [*map(unwrapped_deg, (p, qrs, t)), angle_between_deg(qrs, t)]
