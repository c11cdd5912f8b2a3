"""One record from the pages that an ECG was printed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord

_LARGEST_SHIFT_S = 0.04  # by which the beginnings of two pages printed of the same seconds may differ
_LEAST_OVERLAP_S = 2.0
_SAME_LEAD, _SAME_BEATS = 0.9, 0.8  # correlations
_BEAT_S = 0.08

Signal = NDArray[np.float64]


def merge_records(records: Sequence[ECGRecord]) -> ECGRecord:
    """The leads of all pages as one record; all pages have the same sampling rate.

    Pages that show the same seconds, by a lead that both hold or else by their beats, are laid over one
    another; of a lead on both the longer print counts. A page of other leads recorded at another time
    follows after the others in time. One that adds no lead is another recording: it is left out, and a
    note says so.
    """
    merged = records[0]
    for number, page in enumerate(records[1:], start=2):
        shift = same_seconds(merged, page)
        new = [lead for lead in page.leads if lead not in merged.leads]
        if shift is not None:
            merged = _joined(merged, page, shift)
        elif new:
            note = f"{', '.join(new)} were recorded after the leads of the page before, not with them."
            merged = _joined(merged, page, merged.n_samples, note)
        else:
            note = f"Page {number} with ECG shows another recording and was left out; read it by itself."
            merged = replace(merged, notes=(*merged.notes, note))
    return merged


def same_seconds(first: ECGRecord, second: ECGRecord) -> int | None:
    """By how many samples `second` begins after `first` if both show the same seconds; None if they don't."""
    shared = [lead for lead in first.leads if lead in second.leads]
    largest = round(_LARGEST_SHIFT_S * first.fs_hz)
    least = round(_LEAST_OVERLAP_S * first.fs_hz)
    pairs = [(np.asarray(first.lead_mv(lead)), np.asarray(second.lead_mv(lead))) for lead in shared]
    found = [_best_shift(a, b, largest, least) for a, b in pairs]
    comparable = [(r, shift) for r, shift in found if np.isfinite(r)]
    if comparable:
        r, shift = max(comparable)
        return shift if r >= _SAME_LEAD else None
    # Beats look different in other leads: they tell that the seconds are the same, but not to the millisecond.
    r, _ = _best_shift(_beat_energy(first), _beat_energy(second), largest, least)
    return 0 if r >= _SAME_BEATS else None


def _best_shift(
    first: NDArray[np.floating], second: NDArray[np.floating], largest: int, least: int
) -> tuple[float, int]:
    """The highest correlation of two lines `(samples,)` over shifts up to `largest`, and that shift.

    NaN where fewer than `least` samples are in both.
    """
    length = max(first.size, second.size) + 2 * largest
    fixed = np.full(length, np.nan)
    fixed[largest : largest + first.size] = first
    candidates = []
    for shift in range(-largest, largest + 1):
        moved = np.full(length, np.nan)
        moved[largest + shift : largest + shift + second.size] = second
        both = np.isfinite(fixed) & np.isfinite(moved)
        if both.sum() >= least and fixed[both].std() > 0 and moved[both].std() > 0:
            candidates.append((float(np.corrcoef(fixed[both], moved[both])[0, 1]), shift))
    return max(candidates, default=(float("nan"), 0))


def _beat_energy(record: ECGRecord) -> Signal:
    """How fast the leads move on average, each in units of its own mean, smoothed over a QRS; `(samples,)`.

    NaN where no lead is printed.
    """
    steps = np.abs(np.diff(record.signal_mv.astype(np.float64), prepend=np.nan))
    printed = np.isfinite(steps)
    own_mean = np.where(printed, steps, 0.0).sum(axis=1) / np.maximum(printed.sum(axis=1), 1)
    scaled = np.where(printed, steps, 0.0) / np.maximum(own_mean, 1e-9)[:, None]
    n_leads = printed.sum(axis=0)
    mean = scaled.sum(axis=0) / np.maximum(n_leads, 1)
    smooth = uniform_filter1d(mean, max(1, round(_BEAT_S * record.fs_hz)))
    return np.where(n_leads > 0, smooth, np.nan)


def _joined(first: ECGRecord, second: ECGRecord, shift: int, *notes: str) -> ECGRecord:
    """Both records on one clock, `second` beginning `shift` samples after `first`."""
    start = min(0, shift)
    n_samples = max(first.n_samples, second.n_samples + shift) - start
    first_mv = _laid_out(first, -start, n_samples)
    second_mv = _laid_out(second, shift - start, n_samples)
    chosen = {
        lead: max(
            (signals[lead] for signals in (first_mv, second_mv) if lead in signals),
            key=lambda signal_mv: int(np.isfinite(signal_mv).sum()),
        )
        for lead in _in_order({*first.leads, *second.leads})
    }
    return replace(
        first,
        signal_mv=np.stack(list(chosen.values())),
        leads=tuple(chosen),
        derived_leads=first.derived_leads | second.derived_leads,
        notes=tuple(dict.fromkeys((*first.notes, *second.notes, *notes))),
    )


def _laid_out(record: ECGRecord, start: int, n_samples: int) -> dict[str, NDArray[np.float32]]:
    laid = np.full((len(record.leads), n_samples), np.nan, dtype=np.float32)
    laid[:, start : start + record.n_samples] = record.signal_mv
    return dict(zip(record.leads, laid, strict=True))


def _in_order(leads: set[str]) -> list[str]:
    standard = [lead for lead in STANDARD_LEADS if lead in leads]
    return standard + sorted(leads.difference(STANDARD_LEADS))
