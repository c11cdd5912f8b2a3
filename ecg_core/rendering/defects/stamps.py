"""What offices put on a page: ink stamps and barcodes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image, ImageDraw

from ecg_core.rendering.lettering import load_font
from ecg_core.rendering.page import RenderedPage
from ecg_core.rendering.strokes import Patch, paint
from ecg_core.rendering.textures import clouds

_INKS = ((40, 50, 140), (170, 30, 40), (60, 30, 110), (20, 20, 20), (30, 100, 60))
_WORDS = ("COPY", "RECEIVED", "EMERGENCY DEPT", "CARDIOLOGY", "REVIEWED", "12 MAR", "ARCHIVE", "CONFIDENTIAL")


def stamp(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A framed word in stamp ink, turned, unevenly printed, anywhere on the page."""
    size_px = max(6, round(rng.uniform(3, 8) * page.px_per_mm[0]))
    font = load_font(None, size_px)
    word = str(rng.choice(_WORDS))
    width, height = int(font.getlength(word)) + 2 * size_px, 3 * size_px
    image = Image.new("L", (width, height))
    draw = ImageDraw.Draw(image)
    line_px = max(1, size_px // 8)
    draw.rectangle((line_px, line_px, width - line_px, height - line_px), outline=255, width=line_px)
    draw.text((width / 2, height / 2), word, fill=255, font=font, anchor="mm")
    turned = np.array(image.rotate(rng.normal(0, 12), expand=True, resample=Image.Resampling.BILINEAR))
    uneven = np.clip(0.75 + 0.25 * clouds((turned.shape[1], turned.shape[0]), size_px / 3, rng), 0, 1)
    room = np.maximum(1, np.array(page.size) - turned.shape[::-1])
    x0, y0 = rng.integers((0, 0), room)
    fitting = (turned * uneven).astype(np.uint8)[: page.size[1] - y0, : page.size[0] - x0]
    rgb = page.rgb.copy()
    paint(rgb, Patch(int(x0), int(y0), fitting), _INKS[rng.integers(len(_INKS))])
    return page.with_picture(rgb)


def barcode(page: RenderedPage, rng: np.random.Generator) -> RenderedPage:
    """A barcode sticker above the rows, if there is room; the print under it is gone."""
    scale = page.px_per_mm[0]
    bars = rng.choice([20, 250], rng.integers(40, 90))
    row = np.repeat(
        np.concatenate([[250] * 8, bars, [250] * 8]), max(1, round(rng.uniform(0.25, 0.5) * scale))
    )
    height = round(rng.uniform(6, 14) * scale)
    rows_top = round(min(page.corners(lead.box_px)[:, 1].min() for lead in page.print.leads))
    if rows_top <= height or page.size[0] <= len(row):
        return page
    x0, y0 = rng.integers((0, 0), (page.size[0] - len(row), rows_top - height))
    area = slice(y0, y0 + height), slice(x0, x0 + len(row))
    rgb, text_cover = page.rgb.copy(), page.text_cover.copy()
    rgb[area], text_cover[area] = row[None, :, None], 0
    return replace(page, rgb=rgb, text_cover=text_cover)
