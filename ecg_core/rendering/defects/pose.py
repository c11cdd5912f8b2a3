"""How the page lies in the picture: turned, cut, photographed at an angle, curled."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ecg_core.rendering.desks import desk
from ecg_core.rendering.page import RenderedPage
from ecg_core.rendering.textures import paper_colour, shaded
from ecg_core.rendering.warp import Displacement, Homography, scaling, shifting

_FIELD_STEP_PX = 16


def tilt(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A page scanned askew, up to 3 degrees."""
    return rotated(page, rng.uniform(-3, 3), rng)


def rotation(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A page turned by up to 20 degrees."""
    return rotated(page, rng.uniform(-20, 20), rng)


def any_rotation(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A page turned by any angle, on a canvas that holds it whole."""
    return rotated(page, rng.uniform(-180, 180), rng, whole=True)


def rotated(
    page: RenderedPage, angle_deg: float, rng: np.random.Generator, whole: bool | None = None
) -> RenderedPage:
    """The page turned clockwise; `whole` enlarges the picture so that no corner is lost (None: by chance)."""
    width, height = page.size
    cosine, sine = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    new_size = (width, height)
    if whole or (whole is None and rng.random() < 0.5):
        new_size = (
            int(np.ceil(width * abs(cosine) + height * abs(sine))),
            int(np.ceil(width * abs(sine) + height * abs(cosine))),
        )
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    to_centre = shifting(-(width - 1) / 2, -(height - 1) / 2).matrix
    from_centre = shifting((new_size[0] - 1) / 2, (new_size[1] - 1) / 2).matrix
    fills = [(0, 0, 0), (255, 255, 255), paper_colour(page.rgb)]
    background = _plain(new_size, fills[rng.integers(3)])
    return page.warped(Homography(from_centre @ turn @ to_centre), background)


def quarter_turn(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """The picture lies on its side or upside down."""
    for _ in range(rng.integers(1, 4)):
        matrix = np.array([[0, -1, page.size[1] - 1], [1, 0, 0], [0, 0, 1]], dtype=float)
        page = page.warped(Homography(matrix), _plain((page.size[1], page.size[0]), (0, 0, 0)))
    return page


def cut(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A picture that ends within the page, up to 6 % of it on each side."""
    width, height = page.size
    left, right = (int(part) for part in rng.uniform(0, 0.06, 2) * width)
    top, bottom = (int(part) for part in rng.uniform(0, 0.06, 2) * height)
    return page.warped(
        shifting(-left, -top), _plain((width - left - right, height - top - bottom), (0, 0, 0))
    )


def blank_border(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A scanner's bed or a document's margin around the page."""
    width, height = page.size
    left, right = (int(part) for part in rng.uniform(0, 0.12, 2) * width)
    top, bottom = (int(part) for part in rng.uniform(0, 0.2, 2) * height)
    shade = rng.choice([0, 30, 235, 255, 255])
    size = (width + left + right, height + top + bottom)
    return page.warped(shifting(left, top), _plain(size, (shade, shade, shade)))


def photo(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """The whole page on a desk, seen at an angle."""
    width, height = page.size
    margins = rng.uniform(0.02, 0.15, 2)
    size = (round(width * (1 + 2 * margins[0])), round(height * (1 + 2 * margins[1])))
    offset = np.array([width, height]) * margins
    reach = min(float(margins.min()) * 0.9, 0.1) * height
    return _seen_at_an_angle(page, rng, size, offset, rng.uniform(0.1, 1.0) * reach)


def close_photo(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A photo whose edges cut the page, seen at an angle."""
    width, height = page.size
    zoom = rng.uniform(1.0, 1.08)
    offset = -np.array([width, height]) * (zoom - 1) / 2
    return _seen_at_an_angle(page, rng, (width, height), offset, rng.uniform(0.01, 0.06) * height, zoom)


def _seen_at_an_angle(
    page: RenderedPage,
    rng: np.random.Generator,
    size: tuple[int, int],
    offset: NDArray[np.float64],
    reach_px: float,
    zoom: float = 1.0,
) -> RenderedPage:
    """Put the page's upper left corner at `offset` and then move each corner by up to `reach_px`."""
    width, height = page.size
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float64) - 0.5
    moved = corners * zoom + offset + rng.uniform(-reach_px, reach_px, (4, 2))
    matrix = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
    photographed = page.warped(Homography(np.asarray(matrix, np.float64)), desk(size, rng))
    factor = page.size[0] / size[0] * rng.uniform(0.85, 1.0)
    new_size = (round(size[0] * factor), round(size[1] * factor))
    return photographed.resized(scaling(new_size[0] / size[0], new_size[1] / size[1]), new_size)


def curl(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """Paper that does not lie flat: one or two long waves across the page, with their shading."""
    width, height = page.size
    rows, columns = height // _FIELD_STEP_PX + 2, width // _FIELD_STEP_PX + 2
    x, y = np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows))
    direction = rng.choice([0.0, 0.0, np.pi / 2]) + rng.normal(0, 0.2)
    along = x * np.cos(direction) + y * np.sin(direction)
    phase = 2 * np.pi * (rng.uniform(0.3, 1.0) * along + rng.random())
    lift, slope = np.sin(phase), np.cos(phase)
    amplitude_px = rng.uniform(0.003, 0.012) * height
    view = rng.normal(0, 1, 2)
    view /= np.linalg.norm(view)
    field = amplitude_px * np.stack([view[0] * lift, view[1] * lift])
    light = cv2.resize((1 + rng.uniform(-0.15, 0.15) * slope).astype(np.float32), (width, height))
    lit = page.with_picture(shaded(page.rgb, np.asarray(light, np.float32)))
    return lit.warped(
        Displacement(field.astype(np.float32), page.size), _plain(page.size, paper_colour(lit.rgb))
    )


def _plain(size: tuple[int, int], colour: tuple[int, int, int]) -> NDArray[np.uint8]:
    return np.full((size[1], size[0], 3), colour, np.uint8)
