"""Annotations as plain JSON values, the contract of `python -m ecg_core annotate`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecg_core.annotation.edits import BeatEdits
from ecg_core.annotation.edits_json import edits_json
from ecg_core.annotation.notices import notices
from ecg_core.annotation.types import Annotation


def annotation_json(
    annotation: Annotation,
    measurements: Mapping[str, Any],
    edits: BeatEdits = BeatEdits(),  # noqa: B008 - frozen
) -> dict[str, Any]:
    """Everything that was found, ready for `json.dumps`.

    Positions are whole samples at the input's own rate, None where not known; a wave of which
    nothing is known is left out of its list. `measurements` are what `measurements_json` gives. "edited" lists what was then corrected by hand, which everything
    else already holds: the beat by the time of its R peak, times in seconds.
    """
    fs = annotation.fs_hz
    return {
        "fs": int(fs) if float(fs).is_integer() else fs,
        "method": annotation.method,
        "r_peaks": annotation.r_peaks.tolist(),
        "leads": {
            lead: {"P": _rows(waves.p), "QRS": _rows(waves.qrs), "T": _rows(waves.t)}
            for lead, waves in annotation.lead_waves.items()
        },
        "edited": edits_json(edits),
        "measurements": dict(measurements),
        "warnings": list(notices(annotation)),
    }


def _rows(marks: NDArray[np.float64]) -> list[list[int | None]]:
    known = marks[np.isfinite(marks).any(axis=1)]
    return [[round(mark) if math.isfinite(mark) else None for mark in row] for row in known.tolist()]
