"""What may happen to a page after it was printed.

A defect takes a page and a random generator and returns the page as it looks then; whatever moves pixels carries
the page's geometry along, so that truth and class masks stay right.
"""

from __future__ import annotations

from collections.abc import Mapping

from ecg_core.rendering.defects import camera, creases, light, marks, pose, printing, stamps
from ecg_core.rendering.page import Defect

DEFECTS: Mapping[str, Defect] = {
    defect.__name__: defect
    for defect in (
        marks.handwriting,
        marks.pen_marks,
        marks.highlighter,
        marks.stains,
        marks.masked_names,
        stamps.stamp,
        stamps.barcode,
        printing.fax,
        printing.specks,
        printing.missing_lines,
        printing.worn_ink,
        printing.thick_ink,
        light.faded,
        light.greyscale,
        light.low_contrast,
        light.paper_texture,
        creases.wrinkles,
        creases.folds,
        pose.curl,
        pose.tilt,
        pose.rotation,
        pose.any_rotation,
        pose.quarter_turn,
        pose.cut,
        pose.blank_border,
        pose.photo,
        pose.close_photo,
        light.uneven_light,
        light.shadow,
        light.glare,
        light.colour_cast,
        camera.defocus,
        camera.motion_blur,
        camera.moire,
        camera.sensor_noise,
        camera.low_resolution,
        camera.enlarged,
        camera.uneven_scale,
        camera.jpeg,
    )
}
