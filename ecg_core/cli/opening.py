"""An ECG as the command line names it, with what its options add to the file."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecg_core.digitization.layouts import layout_names
from ecg_core.digitization.types import Corrections
from ecg_core.errors import ECGError, MissingInformationError, NotAnECGPageError
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord

_IF_IT_IS_ONE = (
    "Or tell how its leads stand, for example --layout 3x4+1, and if needed --px-per-mm, --speed and --gain."
)
_OPTIONS = {
    "scale": "--px-per-mm, --speed, --gain",
    "fs_hz": "--fs-hz",
    "unit": "--unit",
}


def open_path(path: Path, arguments: argparse.Namespace) -> ECGRecord:
    """Read one ECG."""
    with what_to_give_told():
        return open_ecg(
            path, fs_hz=arguments.fs_hz, unit=arguments.unit, corrections=page_corrections(arguments)
        )


@contextmanager
def what_to_give_told() -> Iterator[None]:
    """Wrap the opening of a file: errors that an option may get over name that option."""
    try:
        yield
    except NotAnECGPageError as error:
        raise NotAnECGPageError(f"{error} {_IF_IT_IS_ONE}") from error
    except MissingInformationError as error:
        option = _OPTIONS.get(error.needs)
        raise MissingInformationError(f"{error} ({option})" if option else str(error), error.needs) from error


def page_corrections(arguments: argparse.Namespace) -> Corrections:
    """What the options say about pages. Raises ECGError for what no page has."""
    given = {"--px-per-mm": arguments.px_per_mm, "--speed": arguments.speed, "--gain": arguments.gain}
    for option, value in given.items():
        if value is not None and not 0 < value < 1000:
            raise ECGError(f"{option} {value:g} cannot be; give a number above zero.")
    if arguments.layout not in (None, *layout_names()):
        raise ECGError(f"--layout {arguments.layout} is not known; give one of {', '.join(layout_names())}.")
    return Corrections(
        px_per_mm=arguments.px_per_mm,
        speed_mm_s=arguments.speed,
        gain_mm_mv=arguments.gain,
        layout=arguments.layout,
    )
