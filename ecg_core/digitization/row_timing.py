"""Rows of one page that are shifted in time against each other, by paper that lies bent or was fed askew.

Leads printed over the same time tell: limb leads obey Einthoven's and Goldberger's laws only when they are in time, and
a rhythm strip is in time with the other print of its lead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ecg_core.digitization.assemble import FS_HZ, LeadPrint, lead_prints
from ecg_core.digitization.candidates import Floats, Ints
from ecg_core.digitization.lead_agreement import simultaneous_limb_leads
from ecg_core.digitization.types import Calibration, Layout, Trace
from ecg_core.leads import LIMB_FROM_I_II

_LONGEST = 12  # samples: 24 ms, 0.6 mm at 25 mm/s
_SWEEPS = 3
_BETTER = 0.75  # part of the contradiction that is left where rows were really shifted


def row_delays_px(layout: Layout, calibration: Calibration, traces: Sequence[Trace]) -> Mapping[int, float]:
    """How much later than the page's clock each row runs, by row; rows of which nothing is known are absent."""
    prints = lead_prints(layout, calibration, traces)
    every = [one for of_lead in prints.values() for one in of_lead]
    short = {one.trace.box.lead: one for one in reversed(every) if not one.trace.box.rhythm}
    delays = _of_limb_rows({lead: one for lead, one in short.items() if lead in LIMB_FROM_I_II})
    for strip in (one for one in every if one.trace.box.rhythm and one.trace.box.lead in short):
        other = short[strip.trace.box.lead]
        delay = _of_strip(strip.signal_mv, other.signal_mv, delays.get(other.trace.box.row, 0))
        if delay:
            delays[strip.trace.box.row] = delay
    return {row: delay / FS_HZ * calibration.px_per_s for row, delay in delays.items()}


def _of_limb_rows(leads: Mapping[str, LeadPrint]) -> dict[int, int]:
    """Delays in samples that make simultaneous limb leads agree best; empty where they gain little."""
    signals = {lead: one.signal_mv for lead, one in leads.items()}
    windows = [
        _Window(signals, names, np.flatnonzero(where)) for names, where in simultaneous_limb_leads(signals)
    ]
    rows = sorted({leads[lead].trace.box.row for window in windows for lead in window.leads})
    if len(rows) < 2:
        return {}

    def contradiction(delays: Mapping[int, int]) -> float:
        return sum(
            window.contradiction([delays[leads[lead].trace.box.row] for lead in window.leads])
            for window in windows
        )

    start = dict.fromkeys(rows, 0)
    best, least = dict(start), contradiction(start)
    before = least
    for _ in range(_SWEEPS):
        for row in rows:
            for delay in range(-_LONGEST, _LONGEST + 1):
                tried = {**best, row: delay}
                left = contradiction(tried)
                if left < least:
                    best, least = tried, left
    if least > _BETTER * before:
        return {}
    middle = round(float(np.median(list(best.values()))))
    return {row: delay - middle for row, delay in best.items() if delay != middle}


class _Window:
    """Limb leads over the time in which all of them are printed."""

    def __init__(self, signals: Mapping[str, Floats], leads: Sequence[str], where: Ints) -> None:
        self.leads = tuple(leads)
        self._signals = np.stack([signals[lead] for lead in leads])
        self._where = where[_LONGEST : len(where) - _LONGEST]
        basis = np.array([LIMB_FROM_I_II[lead] for lead in leads])
        self._rest = np.eye(len(leads)) - basis @ np.linalg.pinv(basis)

    def contradiction(self, delays: Sequence[int]) -> float:
        """The power in mV^2 that no combination of I and II explains, with each lead taken so much later."""
        part = np.stack(
            [signal[self._where + delay] for signal, delay in zip(self._signals, delays, strict=True)]
        )
        part = np.nan_to_num(part - np.nanmean(part, axis=1, keepdims=True))
        return float(np.mean((self._rest @ part) ** 2))


def _of_strip(strip_mv: Floats, other_mv: Floats, other_delay: int) -> int:
    """The delay in samples at which a rhythm strip is most like the other print of its lead; 0 if it gains little."""
    where = np.flatnonzero(np.isfinite(strip_mv) & np.isfinite(other_mv))[2 * _LONGEST : -2 * _LONGEST]
    if len(where) < FS_HZ / 2:
        return 0
    other = other_mv[where + other_delay]
    delays = range(-_LONGEST, _LONGEST + 1)
    differences = [float(np.nanvar(strip_mv[where + delay] - other)) for delay in delays]
    best = int(np.argmin(differences))
    at_the_limit = best in (0, len(delays) - 1)  # then the likeness is of something else
    return 0 if at_the_limit or differences[best] > _BETTER * differences[_LONGEST] else delays[best]
