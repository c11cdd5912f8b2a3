"""What may happen to pages on their way to a file, drawn at random in the order in which it happens."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from ecg_core.rendering.defects import camera, creases, light, marks, pose, printing, stamps
from ecg_core.rendering.page import Defect

# Each step of a page's way happens with its probability; of several in one step one is taken.
_Way = tuple[tuple[float, tuple[Defect, ...]], ...]

_DRAWN_ON = (
    (0.30, (marks.handwriting,)),
    (0.15, (marks.pen_marks,)),
    (0.05, (marks.highlighter,)),
    (0.08, (marks.stains,)),
    (0.08, (marks.masked_names,)),
    (0.06, (stamps.stamp,)),
    (0.06, (stamps.barcode,)),
)
_FILE: _Way = (
    (0.10, (marks.masked_names,)),
    (0.15, (pose.cut, pose.blank_border)),
    (0.08, (camera.uneven_scale,)),
    (0.30, (camera.low_resolution, camera.enlarged)),
    (0.10, (light.greyscale, light.low_contrast)),
    (0.40, (camera.jpeg,)),
)
_SCAN: _Way = (
    (0.15, (printing.worn_ink, printing.missing_lines, printing.thick_ink)),
    (0.15, (light.faded,)),
    *_DRAWN_ON,
    (0.40, (light.paper_texture,)),
    (0.25, (creases.folds, creases.wrinkles)),
    (0.70, (pose.tilt, pose.tilt, pose.rotation)),
    (0.30, (pose.cut, pose.blank_border)),
    (0.30, (light.uneven_light, light.low_contrast)),
    (0.20, (light.colour_cast, light.greyscale)),
    (0.25, (printing.specks,)),
    (0.30, (camera.defocus,)),
    (0.40, (camera.sensor_noise,)),
    (0.25, (camera.low_resolution, camera.enlarged, camera.uneven_scale)),
    (0.60, (camera.jpeg,)),
)
_PHOTO: _Way = (
    (0.15, (light.faded, printing.worn_ink, printing.missing_lines)),
    *_DRAWN_ON,
    (0.30, (light.paper_texture,)),
    (0.40, (creases.wrinkles, creases.folds)),
    (0.55, (pose.curl,)),
    (0.95, (pose.photo, pose.close_photo)),
    (0.70, (light.uneven_light,)),
    (0.40, (light.shadow,)),
    (0.12, (light.glare,)),
    (0.60, (light.colour_cast,)),
    (0.15, (light.low_contrast,)),
    (0.55, (camera.defocus, camera.defocus, camera.motion_blur)),
    (0.06, (camera.moire,)),
    (0.60, (camera.sensor_noise,)),
    (0.30, (camera.low_resolution, camera.enlarged)),
    (0.85, (camera.jpeg,)),
)
_COPY: _Way = (
    (0.40, (printing.worn_ink, printing.thick_ink, printing.missing_lines)),
    *_DRAWN_ON,
    (0.20, (creases.folds,)),
    (0.60, (pose.tilt,)),
    (0.30, (camera.defocus,)),
    (0.40, (printing.specks,)),
    (1.00, (printing.fax, printing.fax, light.greyscale)),
    (0.30, (camera.low_resolution, camera.enlarged)),
    (0.30, (camera.jpeg,)),
)
_WORN: _Way = (
    (0.80, (marks.handwriting,)),
    (0.20, (marks.pen_marks,)),
    (0.90, (creases.wrinkles,)),
    (0.80, (creases.folds,)),
    (0.70, (pose.rotation, pose.tilt)),
    (0.80, (light.colour_cast,)),
    (0.60, (camera.sensor_noise,)),
    (0.60, (camera.jpeg,)),
)
_WAYS = ((_FILE, 0.24), (_SCAN, 0.28), (_PHOTO, 0.30), (_COPY, 0.08), (_WORN, 0.10))


def random_defects(rng: np.random.Generator, script_fonts: Sequence[Path] = ()) -> tuple[Defect, ...]:
    """The defects of a page that came as a file, by a scanner, a camera, a copier, or after a rough life."""
    way = _WAYS[int(rng.choice(len(_WAYS), p=[share for _, share in _WAYS]))][0]
    chosen = [kinds[int(rng.integers(len(kinds)))] for chance, kinds in way if rng.random() < chance]
    return tuple(
        partial(marks.handwriting, fonts=_some(rng, script_fonts)) if defect is marks.handwriting else defect
        for defect in chosen
    )


def _some(rng: np.random.Generator, fonts: Sequence[Path]) -> Sequence[Path]:
    """All fonts, or none for a hand that no font resembles."""
    return fonts if rng.random() < 0.75 else ()
