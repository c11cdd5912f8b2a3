"""From an annotated record to what each network is fed. Training and inference share these functions."""

from __future__ import annotations

from collections.abc import Mapping, Sized

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.types import CYCLE_FS_HZ, CYCLE_SAMPLES, Cycles
from ecg_core.filtering.gaps import runs
from ecg_core.filtering.resample import resample
from ecg_core.inference.types import ModelInput
from ecg_core.record import ECGRecord

CROP_SAMPLES = 1024
MAX_CROPS = 2  # each costs a pass of the largest network; a third would take one ECG beyond 150 ms
MIN_CYCLE_SHARE = 0.3  # of the 512 samples, below which a beat is too cut off to be judged
MIN_LEAD_SHARE = 0.75  # of a crop, for a lead to be called recorded in it
MIN_CROP_SHARE = 0.5  # of a crop that must be recorded; a blank one would be read as an ECG

Floats = NDArray[np.float32]


def zscore(signal: Floats) -> Floats:
    """Each item and lead to mean 0 and SD 1 over its own samples, then NaN to 0; `(..., samples)`.

    A constant signal becomes all zeros.
    """
    mean = np.nanmean(signal, axis=-1, keepdims=True)
    spread = np.nanstd(signal, axis=-1, keepdims=True)
    scaled = (signal - mean) / np.where(spread > 1e-6, spread, np.inf)
    return np.nan_to_num(scaled).astype(np.float32)


def cycle_input(cycles: Mapping[str, Cycles], lead: str = "II") -> ModelInput | None:
    """Every whole cycle of one lead, z-scored and zero-padded, `(cycles, 1, 512)`; None if there is none."""
    if lead not in cycles:
        return None
    beats_mv = cycles[lead].beats_mv
    whole = np.isfinite(beats_mv).mean(axis=1) >= MIN_CYCLE_SHARE
    if not whole.any():
        return None
    signal = zscore(beats_mv[whole])[:, None, :]
    return ModelInput(signal, (lead,), CYCLE_FS_HZ, "z-score", f"{_count(signal, 'cycle')} of lead {lead}")


def median_beat_input(
    cycles: Mapping[str, Cycles], leads: tuple[str, ...], min_leads: int | None = None
) -> ModelInput | None:
    """The median beats in mV, zero-padded, `(1, leads, 512)`; None if fewer than `min_leads` have one (None: all).

    A lead without a median beat is all zeros and named in `absent`.
    """
    signal = np.zeros((1, len(leads), CYCLE_SAMPLES), dtype=np.float32)
    absent = []
    for row, lead in enumerate(leads):
        if lead in cycles and np.isfinite(cycles[lead].median_mv).mean() >= MIN_CYCLE_SHARE:
            signal[0, row] = np.nan_to_num(cycles[lead].median_mv)
        else:
            absent.append(lead)
    held = [lead for lead in leads if lead not in absent]
    if len(held) < (len(leads) if min_leads is None else min_leads):
        return None
    description = f"median beat of lead{'' if len(held) == 1 else 's'} {' and '.join(held)}"
    return ModelInput(signal, leads, CYCLE_FS_HZ, "mV", description, tuple(absent))


def crop_input(filtered: ECGRecord, leads: tuple[str, ...]) -> ModelInput | None:
    """Up to two 1024-sample crops spread evenly over the record, mV at 500 Hz, `(crops, leads, 1024)`.

    Absent leads and gaps are zeros (the network is told which leads are absent). Where no crop holds
    all leads, as on a page that prints them one after another, each lead's crops come from the longest
    stretch of its own, and the description says so. None if the record is shorter than one crop, has
    none of the leads, or is nowhere recorded well enough.
    """
    present = [name for name in leads if name in filtered.leads]
    if not present:
        return None
    at_500 = resample(filtered.select(present).signal_mv, filtered.fs_hz, CYCLE_FS_HZ)
    crops, how = _simultaneous_crops(at_500), ""
    if not _some_hold_all_leads(crops):
        own = _crops_of_own_stretches(at_500)
        crops, how = (own, ", each where it was recorded") if len(own) else (crops, how)
    if not len(crops):
        return None
    signal = np.zeros((len(crops), len(leads), CROP_SAMPLES), dtype=np.float32)
    signal[:, [leads.index(name) for name in present]] = np.nan_to_num(crops)
    description = f"{_count(crops, 'crop')} of 2.05 s of {_count(present, 'lead')}{how}"
    absent = tuple(name for name in leads if name not in present)
    return ModelInput(signal, leads, CYCLE_FS_HZ, "mV", description, absent)


def _simultaneous_crops(signal_mv: Floats) -> Floats:
    """The crops of `(leads, samples)` that are recorded well enough, `(crops, leads, 1024)`."""
    starts = crop_starts(signal_mv.shape[1])
    crops = [signal_mv[:, start : start + CROP_SAMPLES] for start in starts]
    recorded = [crop for crop in crops if np.isfinite(crop).mean() >= MIN_CROP_SHARE]
    return np.stack(recorded) if recorded else np.empty((0, len(signal_mv), CROP_SAMPLES), np.float32)


def _some_hold_all_leads(crops: Floats) -> bool:
    return bool((np.isfinite(crops).mean(axis=2) >= MIN_LEAD_SHARE).all(axis=1).any())


def _crops_of_own_stretches(signal_mv: Floats) -> Floats:
    """As many crops as fit into the longest stretch of every lead of `(leads, samples)`, `(crops, leads, 1024)`.

    For a network that looks at one lead at a time; the leads of a crop are not simultaneous.
    """
    stretches = [lead_mv[slice(*longest_stretch(np.isfinite(lead_mv)))] for lead_mv in signal_mv]
    starts = [crop_starts(stretch.size) for stretch in stretches]
    n_crops = min(len(own) for own in starts)
    crops = [
        [stretch[start : start + CROP_SAMPLES] for start in own[:n_crops]]
        for stretch, own in zip(stretches, starts, strict=True)
    ]
    return np.array(crops, np.float32).reshape(len(signal_mv), n_crops, CROP_SAMPLES).swapaxes(0, 1)


def longest_stretch(recorded: NDArray[np.bool_]) -> tuple[int, int]:
    """Start and stop of the longest run of true values in `(samples,)`; (0, 0) where there is none."""
    start, stop = max(runs(recorded), key=np.ptp, default=(0, 0))
    return int(start), int(stop)


def crop_starts(n_samples: int) -> NDArray[np.int64]:
    """Where the crops begin: as many as fit without overlap, at most `MAX_CROPS`, evenly spread."""
    n_crops = min(n_samples // CROP_SAMPLES, MAX_CROPS)
    return np.linspace(0, max(n_samples - CROP_SAMPLES, 0), n_crops).astype(np.int64)


def _count(items: Sized, noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"
