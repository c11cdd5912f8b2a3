"""The orders in which pages show their leads."""

from __future__ import annotations

from collections.abc import Sequence

CABRERA_LIMB_LEADS = ("aVL", "I", "-aVR", "II", "aVF", "III")  # a leading minus: printed upside down

# Twelve rows as ecg-image-kit prints them (Shivashankara et al., Physiol. Meas. 2024): its 3x4 read backwards.
KIT_ROWS = ("V4", "V1", "aVR", "I", "V5", "V2", "aVL", "II", "V6", "V3", "aVF", "III")


def down_the_columns(leads: Sequence[str], n_rows: int) -> tuple[tuple[str, ...], ...]:
    """The rows of a page on which the leads follow each other from top to bottom, then in the next column."""
    return tuple(tuple(leads[row::n_rows]) for row in range(n_rows))


def upright_name(label: str) -> str:
    """The lead behind a label: `-aVR` -> `aVR`."""
    return label.removeprefix("-")
