"""An ECG as the command line names it, with what its options add to the file."""

from __future__ import annotations

import argparse
from pathlib import Path

from ecg_core.digitization.types import Corrections
from ecg_core.errors import ECGError
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord


def open_path(path: Path, arguments: argparse.Namespace) -> ECGRecord:
    """Read one ECG."""
    return open_ecg(path, fs_hz=arguments.fs_hz, unit=arguments.unit, corrections=page_scale(arguments))


def page_scale(arguments: argparse.Namespace) -> Corrections:
    """What the options say about the scale of pages. Raises ECGError for a value that no page has."""
    given = {"--px-per-mm": arguments.px_per_mm, "--speed": arguments.speed, "--gain": arguments.gain}
    for option, value in given.items():
        if value is not None and not 0 < value < 1000:
            raise ECGError(f"{option} {value:g} cannot be; give a number above zero.")
    return Corrections(px_per_mm=arguments.px_per_mm, speed_mm_s=arguments.speed, gain_mm_mv=arguments.gain)
