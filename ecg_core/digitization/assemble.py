"""`assemble`: from the lines on the page to a record in millivolts at 500 Hz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.confidence import APART_PX, judge_lead
from ecg_core.digitization.lead_agreement import check_limb_leads
from ecg_core.digitization.types import Calibration, Layout, LeadConfidence, RowDelay, Trace
from ecg_core.errors import SignalError
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord, Source

FS_HZ = 500.0
_REACH_PX = 0.5  # a line is known to the edge of its last pixel
_LEVEL_MV = 0.005  # bins in which the isoelectric level is sought
_LEVEL_BLUR = np.hanning(9)[1:-1]
_BRIDGED_DOUBT = 5.0  # times the error of a line that was seen
_SAME_LEAD = 0.8  # correlation of two prints of one lead
_OVERLAP_SAMPLES = 250
_IN_TIME = RowDelay(0.0)

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LeadPrint:
    """One print of one lead on the clock of the record, `(samples,)` each, NaN where nothing is printed or known."""

    trace: Trace
    signal_mv: Floats
    doubt: Floats  # relative error of each sample


def assemble(
    layout: Layout, calibration: Calibration, traces: Sequence[Trace]
) -> tuple[ECGRecord, tuple[LeadConfidence, ...], tuple[str, ...]]:
    """The record of a page, how far each of its leads can be trusted, and warnings in words.

    Every lead stands in its own time window; elsewhere it is NaN. Zero is the level at which the trace is most often,
    which between beats is the isoelectric line. A lead that was printed twice is taken from its rhythm strip, which
    lasts longer; the other print fills its gaps and is compared with it. Raises SignalError when no line could be
    followed.
    """
    prints = lead_prints(layout, calibration, traces)
    if not prints:
        raise SignalError(
            "no ECG line could be followed on this page; check the lead boxes, or scan it with more contrast"
        )
    merged = {lead: _merged(of_lead) for lead, of_lead in prints.items()}
    limb = check_limb_leads(
        {lead: signal for lead, (signal, _) in merged.items()},
        {lead: doubt for lead, (_, doubt) in merged.items()},
    )
    record = ECGRecord(
        np.stack([limb.signals_mv[lead] for lead in prints]).astype(np.float32),
        FS_HZ,
        tuple(prints),
        source=Source(format="digitized page"),
        notes=(*_print_notes(prints), *_delay_notes(layout, calibration), *limb.notes),
    )
    confidences = tuple(
        judge_lead(of_lead[0].trace, layout, calibration, limb.leads.get(lead))
        for lead, of_lead in prints.items()
    )
    return record, confidences, (*limb.warnings, *_print_warnings(prints))


def lead_prints(
    layout: Layout, calibration: Calibration, traces: Sequence[Trace]
) -> dict[str, list[LeadPrint]]:
    """The prints of each lead whose line could be followed, on one clock, the most useful first."""
    seen = [trace for trace in traces if len(trace.x_px) > 1]
    if not seen:
        return {}
    end_px = max(float(trace.x_px[-1]) for trace in seen)
    samples = int((end_px - layout.time_zero_px) / calibration.px_per_s * FS_HZ + 1e-6) + 1
    by_lead: dict[str, list[LeadPrint]] = {}
    for trace in seen:
        by_lead.setdefault(trace.box.lead, []).append(
            sample_line(trace, _samples_px(layout, calibration, trace.box.row, samples), calibration)
        )
    return {lead: sorted(by_lead[lead], key=_worth, reverse=True) for lead in _in_order(by_lead)}


def _samples_px(layout: Layout, calibration: Calibration, row: int, samples: int) -> Floats:
    """Where the samples of the page's clock stand in a row, `(samples,)`."""
    delay = layout.row_delays.get(row, _IN_TIME)
    along_px = np.arange(samples) / FS_HZ * calibration.px_per_s
    places: Floats = layout.time_zero_px + delay.start_px + (1 + delay.per_px) * along_px
    return places


def sample_line(trace: Trace, at: Floats, calibration: Calibration) -> LeadPrint:
    """A line in millivolts above its own isoelectric level, sampled at the places `at` along x.

    Linear interpolation: the points stand closer than the samples wherever the line bends.
    """
    x, y = trace.x_px, trace.y_px
    height = np.interp(at, x, y if trace.box.inverted else -y) / calibration.px_per_mv_of(trace.box)
    height[(at < x[0] - _REACH_PX) | (at > x[-1] + _REACH_PX)] = np.nan
    for gap in np.flatnonzero(np.diff(x) > APART_PX):
        height[(at > x[gap] + _REACH_PX) & (at < x[gap + 1] - _REACH_PX)] = np.nan
    nearest = np.clip(np.searchsorted(x, at), 0, len(x) - 1)
    doubt = np.where(trace.bridged[nearest], _BRIDGED_DOUBT, 1.0)
    return LeadPrint(trace, height - isoelectric_level(height), doubt)


def isoelectric_level(signal_mv: Floats) -> float:
    """The level at which a signal is most often: the mode of its smoothed histogram."""
    known = signal_mv[np.isfinite(signal_mv)]
    if not len(known):
        return 0.0
    bins = np.round(known / _LEVEL_MV).astype(int)
    counts = np.convolve(np.bincount(bins - bins.min()), _LEVEL_BLUR, mode="same")
    return float((counts.argmax() + bins.min()) * _LEVEL_MV)


def _merged(prints: Sequence[LeadPrint]) -> tuple[Floats, Floats]:
    """Signal and doubt of the first print, with what it lacks taken from the others."""
    signal, doubt = prints[0].signal_mv, prints[0].doubt
    for other in prints[1:]:
        lacking = np.isnan(signal)
        signal, doubt = np.where(lacking, other.signal_mv, signal), np.where(lacking, other.doubt, doubt)
    return signal, doubt


def _print_notes(prints: dict[str, list[LeadPrint]]) -> tuple[str, ...]:
    return tuple(
        f"{lead} was printed {len(of_lead)} times; the record holds its "
        f"{'rhythm strip' if of_lead[0].trace.box.rhythm else 'longest print'}"
        for lead, of_lead in prints.items()
        if len(of_lead) > 1
    )


def _delay_notes(layout: Layout, calibration: Calibration) -> tuple[str, ...]:
    if not layout.row_delays:
        return ()
    end_px = max(box.box.x1_px for box in layout.boxes) - layout.time_zero_px
    delays_px = [
        one.start_px + one.per_px * along_px
        for one in layout.row_delays.values()
        for along_px in (0.0, end_px)
    ]
    longest_ms = 1000 * max(map(abs, delays_px)) / calibration.px_per_s
    return (
        f"Rows of the page were moved in time by up to {longest_ms:.0f} ms, so that leads printed over the same "
        "time agree",
    )


def _print_warnings(prints: dict[str, list[LeadPrint]]) -> tuple[str, ...]:
    """Two prints of one lead that aren't the same."""
    return tuple(
        f"the prints of {lead} differ from each other; check its name and its traces"
        for lead, of_lead in prints.items()
        if any(_differ(of_lead[0].signal_mv, other.signal_mv) for other in of_lead[1:])
    )


def _differ(one: Floats, other: Floats) -> bool:
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < _OVERLAP_SAMPLES or np.std(one[both]) == 0 or np.std(other[both]) == 0:
        return False
    return bool(np.corrcoef(one[both], other[both])[0, 1] < _SAME_LEAD)


def _worth(printed: LeadPrint) -> tuple[bool, int]:
    """Rhythm strips first, then the longest."""
    return printed.trace.box.rhythm, int(np.isfinite(printed.signal_mv).sum())


def _in_order(leads: dict[str, list[LeadPrint]]) -> tuple[str, ...]:
    standard = [lead for lead in STANDARD_LEADS if lead in leads]
    return (*standard, *sorted(set(leads) - set(STANDARD_LEADS)))
