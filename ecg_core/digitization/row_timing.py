"""Rows of one page that are shifted in time against each other, by paper that lies bent or was fed askew.

Leads printed over the same time tell: limb leads obey Einthoven's and Goldberger's laws only when they are in time, and
a rhythm strip is in time with the other print of its lead. A row is shifted as a whole, or also drifts along the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import optimize

from ecg_core.digitization.assemble import FS_HZ, LeadPrint, lead_prints
from ecg_core.digitization.candidates import Floats, Ints
from ecg_core.digitization.lead_agreement import simultaneous_limb_leads
from ecg_core.digitization.types import Calibration, Layout, RowDelay, Trace
from ecg_core.leads import LIMB_FROM_I_II

_LONGEST = 12  # samples: 24 ms, 0.6 mm at 25 mm/s
_LONGEST_OF_STRIP = (
    20  # samples; two prints of one lead show more surely than different leads by how much they differ
)
_SWEEPS = 3
_STEEPEST = 0.002  # samples of drift a sample: 5 ms in a column of 2.5 s
_ANCHORING = 1e-3  # mV that a delay at its bound costs; only so is a common delay of all rows settled
_BETTER = 0.75  # part of the contradiction that is left where rows were really shifted
_IN_TIME = 0, 0.0

_Delay = tuple[float, float]  # in samples at time zero, and samples more every sample


def row_delays(layout: Layout, calibration: Calibration, traces: Sequence[Trace]) -> Mapping[int, RowDelay]:
    """How much later than the page's clock each row runs, by row; rows of which nothing is known are absent."""
    prints = lead_prints(layout, calibration, traces)
    every = [one for of_lead in prints.values() for one in of_lead]
    short = {one.trace.box.lead: one for one in reversed(every) if not one.trace.box.rhythm}
    delays = _of_limb_rows({lead: one for lead, one in short.items() if lead in LIMB_FROM_I_II})
    for strip in (one for one in every if one.trace.box.rhythm and one.trace.box.lead in short):
        other = short[strip.trace.box.lead]
        delay = _of_strip(strip.signal_mv, other.signal_mv, delays.get(other.trace.box.row, _IN_TIME))
        if delay:
            delays[strip.trace.box.row] = delay, 0.0
    px = calibration.px_per_s / FS_HZ
    return {row: RowDelay(float(start * px), float(drift)) for row, (start, drift) in delays.items()}


def _of_limb_rows(leads: Mapping[str, LeadPrint]) -> dict[int, _Delay]:
    """Delays that make simultaneous limb leads agree best; empty where they gain little."""
    signals = {lead: one.signal_mv for lead, one in leads.items()}
    windows = [
        _Window(signals, names, np.flatnonzero(where)) for names, where in simultaneous_limb_leads(signals)
    ]
    rows = sorted({leads[lead].trace.box.row for window in windows for lead in window.leads})
    if len(rows) < 2:
        return {}

    def contradiction(delays: Mapping[int, _Delay]) -> float:
        return sum(
            window.contradiction([delays[leads[lead].trace.box.row] for lead in window.leads])
            for window in windows
        )

    best: dict[int, _Delay] = dict.fromkeys(rows, _IN_TIME)
    least = contradiction(best)
    before = least
    for _ in range(_SWEEPS):
        for row in rows:
            for delay in range(-_LONGEST, _LONGEST + 1):
                tried = {**best, row: (delay, 0.0)}
                left = contradiction(tried)
                if left < least:
                    best, least = tried, left
    if least > _BETTER * before:
        return {}
    drifting = _drifting(windows, {lead: one.trace.box.row for lead, one in leads.items()}, best)
    if contradiction(drifting) < _BETTER * least:
        return drifting
    middle = round(float(np.median([delay for delay, _ in best.values()])))
    return {row: (delay - middle, 0.0) for row, (delay, _) in best.items() if delay != middle}


def _drifting(
    windows: Sequence[_Window], row_of: Mapping[str, int], start: Mapping[int, _Delay]
) -> dict[int, _Delay]:
    """Delays in parts of a sample, each with a drift along the page, that make leads agree best, near those given."""
    rows = sorted(start)
    middle = max(window.end for window in windows) / 2

    def delays(numbers: Floats, clock: int | None = None) -> dict[int, _Delay]:
        """Those that `numbers` stand for, against the row of that place in the order if one keeps the time."""
        shifts, drifts = numbers.reshape(2, -1) * [[_LONGEST], [_STEEPEST]]
        if clock is not None:
            shifts, drifts = shifts - shifts[clock], drifts - drifts[clock]
        return {
            row: (shift - drift * middle, drift)
            for row, shift, drift in zip(rows, shifts, drifts, strict=True)
        }

    def residuals(numbers: Floats) -> Floats:
        at = delays(numbers)
        rest = [window.rest([at[row_of[lead]] for lead in window.leads]) for window in windows]
        parts = [(part / np.sqrt(part.size)).ravel() for part in rest]
        return np.concatenate([*parts, _ANCHORING * numbers])

    first = np.array([start[row][0] for row in rows]) / _LONGEST
    numbers = np.concatenate([first, np.zeros(len(rows))]).clip(-0.99, 0.99)
    found = optimize.least_squares(residuals, numbers, bounds=(-1, 1)).x
    return delays(found, clock=int(np.argsort(found[: len(rows)])[(len(rows) - 1) // 2]))


class _Window:
    """Limb leads over the time in which all of them are printed."""

    def __init__(self, signals: Mapping[str, Floats], leads: Sequence[str], where: Ints) -> None:
        self.leads = tuple(leads)
        self._signals = np.stack([signals[lead] for lead in leads])
        self._where = where[_LONGEST : len(where) - _LONGEST]
        basis = np.array([LIMB_FROM_I_II[lead] for lead in leads])
        self._rest = np.eye(len(leads)) - basis @ np.linalg.pinv(basis)

    @property
    def end(self) -> int:
        """The last sample."""
        return int(self._where[-1])

    def rest(self, delays: Sequence[_Delay]) -> Floats:
        """What no combination of I and II explains, `(leads, samples)` mV, with each lead taken so much later."""
        part = np.stack(
            [
                _delayed(signal, self._where, delay)
                for signal, delay in zip(self._signals, delays, strict=True)
            ]
        )
        n_known = np.isfinite(part).sum(axis=1, keepdims=True).clip(min=1)  # a lead may be unknown here
        mean_mv = np.nansum(part, axis=1, keepdims=True) / n_known
        rest: Floats = self._rest @ np.nan_to_num(part - mean_mv)
        return rest

    def contradiction(self, delays: Sequence[_Delay]) -> float:
        """The power of that in mV^2."""
        return float(np.mean(self.rest(delays) ** 2))


def _delayed(signal_mv: Floats, where: Ints, delay: _Delay) -> Floats:
    """A signal at the samples `where`, taken so much later."""
    start, drift = delay
    if drift == 0:
        return signal_mv[where + round(start)]  # whole samples are tried first, and often
    at = np.clip(where + start + drift * where, 0, len(signal_mv) - 2)
    before = at.astype(int)
    part = at - before
    delayed: Floats = (1 - part) * signal_mv[before] + part * signal_mv[before + 1]
    return delayed


def _of_strip(strip_mv: Floats, other_mv: Floats, other_delay: _Delay) -> int:
    """The delay in samples at which a rhythm strip is most like the other print of its lead; 0 if it gains little."""
    where = np.flatnonzero(np.isfinite(strip_mv) & np.isfinite(other_mv))[2 * _LONGEST : -2 * _LONGEST]
    if len(where) < FS_HZ / 2:
        return 0
    other = _delayed(other_mv, where, other_delay)
    delays = range(-_LONGEST_OF_STRIP, _LONGEST_OF_STRIP + 1)
    differences = [float(np.nanvar(strip_mv[where + delay] - other)) for delay in delays]
    best = int(np.argmin(differences))
    at_the_limit = best in (0, len(delays) - 1)  # then the likeness is of something else
    return 0 if at_the_limit or differences[best] > _BETTER * differences[_LONGEST_OF_STRIP] else delays[best]
