"""How well leads are restored, by set of measured leads."""

from __future__ import annotations

# The sets of measured leads that are judged, as people write them: strips, Holter, EASI-like subsets, one lead off.
LEAD_SETS: tuple[tuple[str, ...], ...] = (
    ("I", "II", "V2", "V5"),
    ("I", "II", "V2", "V4"),
    ("I", "II", "V1", "V5"),
    ("I", "II", "V1", "V4"),
    ("I", "II", "V3", "V6"),
    ("I", "II", "V1"),
    ("I", "II", "V2"),
    ("I", "II", "V4"),
    ("I", "II", "V5"),
    ("I", "II"),
    ("I",),
    ("II",),
    ("II", "V1"),
    ("II", "V5"),
    ("I", "II", "V1", "V2", "V3", "V4", "V6"),
    ("I", "II", "V1", "V2", "V3", "V5", "V6"),
    ("I", "II", "V1", "V2", "V4", "V5", "V6"),
    ("I", "II", "V1", "V3", "V4", "V5", "V6"),
    ("I", "II", "V2", "V3", "V4", "V5", "V6"),
)
