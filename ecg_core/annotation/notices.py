"""What must be said about an annotation."""

from __future__ import annotations

import numpy as np

from ecg_core.annotation.types import Annotation

_NUMBERED = 20  # beats named one by one


def notices(annotation: Annotation) -> tuple[str, ...]:
    """Its warnings, and which beats have no waves, in words for a clinician."""
    without_waves = r_only_notice(annotation)
    return (*annotation.warnings, without_waves) if without_waves else annotation.warnings


def r_only_notice(annotation: Annotation) -> str:
    """Which beats are cut around R alone, so that nobody takes them for delineated ones; empty where none is."""
    beats = (np.flatnonzero(annotation.r_only) + 1).tolist()
    if not beats or annotation.n_beats == 1:  # a single beat is warned of in any case
        return ""
    shown = ", ".join(map(str, beats[:_NUMBERED])) + (" …" if len(beats) > _NUMBERED else "")
    return (
        f"{len(beats)} of {annotation.n_beats} beats are cut around R only because their waves could not be "
        f"found: {shown}."
    )
