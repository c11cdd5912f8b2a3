"""A manifest as the options say, and what is in it in words."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from ecg_core.datasets.manifest import Manifest, in_words, read_manifest
from ecg_core.datasets.site_ecg import SiteECG
from ecg_core.datasets.site_splits import SPLITS
from ecg_core.errors import ECGError
from ecg_core.evaluation.ranges import K_RANGES, range_index

_MAX_WINDOW_MIN = 7 * 24 * 60


def manifest_of(arguments: argparse.Namespace) -> Manifest:
    """The manifest that the command line names; rows that are left out are told on standard error."""
    manifest = read_manifest(
        arguments.manifest,
        root=arguments.ecg_folder,
        window=window_of(arguments),
        zone=_zone(arguments.time_zone),
        leave_out=arguments.leave_out,
    )
    if manifest.left_out:
        print(f"Left out. {in_words(manifest.left_out, arguments.manifest.name)}", file=sys.stderr)
    return manifest


def window_of(arguments: argparse.Namespace) -> timedelta:
    """The longest time between ECG and potassium. Raises ECGError for one that cannot be."""
    if not 0 <= arguments.window_min <= _MAX_WINDOW_MIN:
        raise ECGError(
            f"--window-min {arguments.window_min:g} cannot be; give 0 to {_MAX_WINDOW_MIN} minutes."
        )
    return timedelta(minutes=arguments.window_min)


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ECGError(f"There is no time zone {name}; write it like Europe/Berlin or Asia/Seoul.") from error


def describe(ecgs: Sequence[SiteECG]) -> str:
    """Counts of ECGs, patients and values, per part and per range of potassium."""
    values = np.array([ecg.potassium.k_meq_l for ecg in ecgs if ecg.potassium.is_value])
    minutes = np.array([abs(ecg.drawn_after).total_seconds() / 60 for ecg in ecgs])
    counts = np.bincount(range_index(values), minlength=len(K_RANGES))
    ranges = ", ".join(f"{k.label}: {n}" for k, n in zip(K_RANGES, counts, strict=True))
    lines = [
        f"{len(ecgs):,} ECGs of {_n_patients(ecgs):,} patients; {values.size:,} potassium values and "
        f"{len(ecgs) - values.size:,} ranges.",
        f"Potassium (mEq/L): {ranges}.",
        f"Between ECG and blood sample: median {np.median(minutes):.0f} min, at most {minutes.max():.0f}.",
    ]
    by_split = Counter(ecg.split for ecg in ecgs)
    for split in SPLITS:
        part = [ecg for ecg in ecgs if ecg.split == split]
        lines.append(f"{split}: {by_split[split]:,} ECGs of {_n_patients(part):,} patients")
    return "\n".join(lines)


def _n_patients(ecgs: Sequence[SiteECG]) -> int:
    return len({ecg.patient_id for ecg in ecgs})
