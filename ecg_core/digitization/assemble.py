"""`assemble`: from the lines on the page to a record in millivolts at 500 Hz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.confidence import judge_lead
from ecg_core.digitization.types import Calibration, Layout, LeadConfidence, Trace
from ecg_core.errors import SignalError
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord, Source

FS_HZ = 500.0
_APART_PX = 1.01  # successive points farther apart enclose a stretch where the line is not known
_REACH_PX = 0.5  # a line is known to the edge of its last pixel
_ZERO_BIN_MV = 0.02

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PrintedLead:
    """One print of one lead on the clock of the record: `(samples,)`, NaN where nothing is printed or known."""

    trace: Trace
    signal_mv: Floats


def assemble(
    layout: Layout, calibration: Calibration, traces: Sequence[Trace]
) -> tuple[ECGRecord, tuple[LeadConfidence, ...], tuple[str, ...]]:
    """The record of a page, how far each of its leads can be trusted, and warnings in words.

    Every lead stands in its own time window; elsewhere it is NaN. Zero is the level at which the trace is most often,
    which between beats is the isoelectric line. A lead that was printed twice is taken from its rhythm strip.
    Raises SignalError when no line could be followed.
    """
    seen = [trace for trace in traces if len(trace.x_px) > 1]
    if not seen:
        raise SignalError(
            "no ECG line could be followed on this page; check the lead boxes, or scan it with more contrast"
        )
    end_px = max(float(trace.x_px[-1]) for trace in seen)
    samples = int((end_px - layout.time_zero_px) / calibration.px_per_s * FS_HZ + 1e-6) + 1
    prints = [
        PrintedLead(trace, sample_line(trace, layout.time_zero_px, calibration, samples)) for trace in seen
    ]
    leads = _in_order({p.trace.box.lead for p in prints})
    signals, confidences = [], []
    for lead in leads:
        of_lead = sorted((p for p in prints if p.trace.box.lead == lead), key=_worth, reverse=True)
        signals.append(merge_prints([p.signal_mv for p in of_lead]))
        confidences.append(judge_lead(of_lead[0].trace, layout, calibration))
    record = ECGRecord(
        np.stack(signals).astype(np.float32),
        FS_HZ,
        leads,
        source=Source(format="digitized page"),
    )
    return record, tuple(confidences), ()


def sample_line(trace: Trace, time_zero_px: float, calibration: Calibration, samples: int) -> Floats:
    """A line at 500 Hz in millivolts above its own zero, `(samples,)`, NaN where it is not known.

    Linear interpolation: the points stand closer than the samples wherever the line bends.
    """
    x, y = trace.x_px, trace.y_px
    at = time_zero_px + np.arange(samples) / FS_HZ * calibration.px_per_s
    signal = -np.interp(at, x, y) / calibration.px_per_mv[trace.box.row]
    signal[(at < x[0] - _REACH_PX) | (at > x[-1] + _REACH_PX)] = np.nan
    gaps = np.flatnonzero(np.diff(x) > _APART_PX)
    for gap in gaps:
        signal[(at > x[gap] + _REACH_PX) & (at < x[gap + 1] - _REACH_PX)] = np.nan
    if trace.box.inverted:
        signal = -signal
    return signal - isoelectric_level(signal)


def isoelectric_level(signal_mv: Floats) -> float:
    """The level at which a signal is most often, by the highest bin of its smoothed histogram."""
    known = signal_mv[np.isfinite(signal_mv)]
    if not len(known):
        return 0.0
    bins = np.round(known / (_ZERO_BIN_MV / 4)).astype(int)
    counts = np.convolve(np.bincount(bins - bins.min()), np.hanning(9)[1:-1], mode="same")
    return float((counts.argmax() + bins.min()) * _ZERO_BIN_MV / 4)


def merge_prints(signals: Sequence[Floats]) -> Floats:
    """The first print of a lead, with what it lacks taken from the others."""
    merged = signals[0].copy()
    for other in signals[1:]:
        merged = np.where(np.isnan(merged), other, merged)
    return merged


def _worth(printed: PrintedLead) -> tuple[bool, int]:
    """Rhythm strips first, then the longest."""
    return printed.trace.box.rhythm, int(np.isfinite(printed.signal_mv).sum())


def _in_order(leads: set[str]) -> tuple[str, ...]:
    standard = [lead for lead in STANDARD_LEADS if lead in leads]
    return (*standard, *sorted(leads - set(STANDARD_LEADS)))
