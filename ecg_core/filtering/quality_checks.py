"""What can be wrong with the signal of one lead, one check a function.

The limits were set on 500 PTB-XL records: clear enough to be seen on paper at 10 mm/mV, and such
that about nine in ten leads pass each of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.filtering.gaps import runs
from ecg_core.filtering.second_features import (
    CLIPPED_ABOVE_MV,
    CLIPPED_RUN_S,
    FLAT_MV,
    FLAT_WINDOW_S,
)

_SHORTEST_USABLE_S = 2.0
_LARGEST_MISSING_SHARE = 0.02
_BLOCK_S = 0.1
_CLIPPED_SHARE = 0.01
_WANDER_MV, _WANDER_UNUSABLE_MV = 0.8, 2.5
_NOISE_MV, _NOISE_UNUSABLE_MV = 0.008, 0.025
_BURST_S, _BURST_MV, _BURST_RATE_HZ = 0.5, 0.06, 200.0
_MAINS_MV = 0.02
_SMALLEST_MV, _LARGEST_MV = 0.1, 10.0
_AMPLITUDE_WINDOW_S = 2.0


@dataclass(frozen=True)
class Finding:
    """What is wrong, in words, and whether the lead is unusable for it."""

    reason: str
    unusable: bool = False


@dataclass(frozen=True, eq=False)
class LeadSignals:
    """What was recorded of one lead, `(samples,)` each, in mV; gaps and seconds with the electrode off are cut out.

    `wander_mv` is what the default filter takes from the raw signal; `noise_mv` is what stands above
    40 Hz in the filtered one after the median beat was taken away.
    """

    raw_mv: NDArray[np.float64]
    filtered_mv: NDArray[np.float64]
    wander_mv: NDArray[np.float64]
    noise_mv: NDArray[np.float64]
    mains_mv: float  # amplitude before filtering
    fs_hz: float
    missing_share: float
    off_s: float = 0.0  # for how long the electrode was off


def check_lead(lead: LeadSignals) -> list[Finding]:
    """Everything that is wrong with a lead; only that where it has less than 2 s of signal, is mostly flat or off."""
    recorded_s = lead.raw_mv.size / lead.fs_hz
    off = _electrode_off(lead)
    if off and off.unusable:
        return [off]
    if recorded_s == 0:
        return [Finding("nothing recorded", unusable=True)]
    if recorded_s < _SHORTEST_USABLE_S - 1 / lead.fs_hz:
        return [Finding(f"only {recorded_s:.1f} s recorded", unusable=True)]
    flat = _flat(lead)
    if flat and flat.unusable:
        return [flat]
    others = (_missing, _clipped, _wander, _muscle_noise, _burst, _mains, _amplitude)
    return [finding for finding in (off, flat, *(check(lead) for check in others)) if finding]


def _electrode_off(lead: LeadSignals) -> Finding | None:
    if lead.off_s == 0:
        return None
    return Finding(
        f"electrode off for {lead.off_s:.0f} s", unusable=lead.off_s * lead.fs_hz > lead.raw_mv.size
    )


def _missing(lead: LeadSignals) -> Finding | None:
    if lead.missing_share <= _LARGEST_MISSING_SHARE:
        return None
    return Finding(f"{lead.missing_share:.0%} missing")


def _flat(lead: LeadSignals) -> Finding | None:
    blocks = _blocks(lead.raw_mv, lead.fs_hz, _BLOCK_S)
    per_window = min(round(FLAT_WINDOW_S / _BLOCK_S), len(blocks))
    windows = np.lib.stride_tricks.sliding_window_view(blocks, per_window, axis=0)
    flat = runs(np.ptp(windows, axis=(1, 2)) < FLAT_MV)
    if len(flat) == 0:
        return None
    longest_s = (np.diff(flat).max() + per_window - 1) * _BLOCK_S
    return Finding(f"flat for {longest_s:.1f} s", unusable=longest_s * lead.fs_hz > lead.raw_mv.size / 2)


def _clipped(lead: LeadSignals) -> Finding | None:
    centre_mv = np.median(lead.raw_mv)
    shortest = max(3, round(CLIPPED_RUN_S * lead.fs_hz))
    clipped = 0
    for limit_mv in (lead.raw_mv.min(), lead.raw_mv.max()):
        if abs(limit_mv - centre_mv) >= CLIPPED_ABOVE_MV:
            lengths = np.diff(runs(lead.raw_mv == limit_mv))
            clipped += int(lengths[lengths >= shortest].sum())
    return Finding("clipped", unusable=clipped > _CLIPPED_SHARE * lead.raw_mv.size) if clipped else None


def _wander(lead: LeadSignals) -> Finding | None:
    wander_mv = float(np.ptp(lead.wander_mv))
    if wander_mv < _WANDER_MV:
        return None
    return Finding("large baseline wander", unusable=wander_mv >= _WANDER_UNUSABLE_MV)


def _muscle_noise(lead: LeadSignals) -> Finding | None:
    # The median over blocks, so that neither the QRS nor a burst counts.
    noise_mv = float(np.median(_rms(_blocks(lead.noise_mv, lead.fs_hz, _BLOCK_S))))
    return Finding("muscle noise", unusable=noise_mv >= _NOISE_UNUSABLE_MV) if noise_mv >= _NOISE_MV else None


def _burst(lead: LeadSignals) -> Finding | None:
    if lead.fs_hz < _BURST_RATE_HZ:  # what is left of each QRS then looks like one
        return None
    noise_mv = _rms(_blocks(lead.noise_mv, lead.fs_hz, _BURST_S))
    return Finding("a burst of noise") if noise_mv.max() >= max(_BURST_MV, 3 * np.median(noise_mv)) else None


def _mains(lead: LeadSignals) -> Finding | None:
    return Finding("mains interference") if lead.mains_mv >= _MAINS_MV else None


def _amplitude(lead: LeadSignals) -> Finding | None:
    window_s = min(_AMPLITUDE_WINDOW_S, lead.filtered_mv.size / lead.fs_hz)
    amplitude_mv = float(np.median(np.ptp(_blocks(lead.filtered_mv, lead.fs_hz, window_s), axis=1)))
    if amplitude_mv < _SMALLEST_MV:
        return Finding(f"no beats to be seen (less than {_SMALLEST_MV:g} mV)", unusable=True)
    if amplitude_mv > _LARGEST_MV:
        return Finding(f"implausibly large (more than {_LARGEST_MV:g} mV: is the unit right?)", unusable=True)
    return None


def _blocks(signal: NDArray[np.float64], fs_hz: float, block_s: float) -> NDArray[np.float64]:
    """`(samples,)` -> `(blocks, samples per block)`; what is left over at the end is dropped."""
    length = max(1, round(block_s * fs_hz))
    return signal[: signal.size // length * length].reshape(-1, length)


def _rms(blocks: NDArray[np.float64]) -> NDArray[np.float64]:
    rms: NDArray[np.float64] = np.sqrt(np.mean(blocks**2, axis=1))
    return rms
