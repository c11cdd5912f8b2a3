"""From a picture file or PDF to its pages as upright RGB.

Pillow runs in this process: what it decodes is bounded by the size that the file's header states, which is
checked first, for the few formats that are let in. PDFs are drawn in a process of their own (`pdf.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import ExifTags, Image, ImageOps

from ecg_core.digitization.pdf import PDF_MAGIC, read_pdf
from ecg_core.digitization.types import PageImage
from ecg_core.errors import FileTooLargeError, damage_means

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")
MAX_PAGES = 20
MAX_PAGE_PIXELS = 25_000_000  # A4 at 420 dpi; larger pictures are made smaller as they are decoded
MAX_FILE_PIXELS = 80_000_000  # of all pages together, after that

# What is decoded at all, before it is made smaller; Pillow takes 4 bytes for an RGB pixel. What must be
# converted as a whole first is in memory twice.
_MAX_DECODED_PIXELS = 110_000_000
_MAX_CONVERTED_PIXELS = 40_000_000
_SHRUNK_AS_THEY_ARE = {"L", "RGB", "CMYK", "YCbCr"}
_MANY_BITS = {"I", "F", "I;16", "I;16L", "I;16B", "I;16N"}
_PLAUSIBLE_DPI = (100.0, 1200.0)  # below are 72 and 96, which programs write when they know nothing
_NEW_SUBFILE_TYPE, _THUMBNAIL = 254, 1  # a tag of TIFF and its bit for a reduced copy of another page

Image.MAX_IMAGE_PIXELS = _MAX_DECODED_PIXELS  # of twice as many Pillow itself refuses to read even the header


def read_pages(source: bytes | Path, name: str) -> tuple[PageImage, ...]:
    """All pages of a PNG, JPEG, TIFF (many pages), BMP, WebP or PDF file, upright by their EXIF tags.

    Pictures come out as RGB on white, at most 25 megapixels each: larger ones are made smaller, and their `dpi`
    with them. `name` is for messages. Raises UnreadableFileError for damaged files and FileTooLargeError for what
    would take too much memory.
    """
    with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as stream:
        if stream.read(len(PDF_MAGIC)) == PDF_MAGIC:
            return read_pdf(source, name, MAX_PAGES, MAX_PAGE_PIXELS, MAX_FILE_PIXELS)
        stream.seek(0)
        return _read_picture(stream, name)


def _read_picture(stream: BinaryIO, name: str) -> tuple[PageImage, ...]:
    damaged = f"{name} is not a complete picture. Copy or export it again."
    with damage_means(damaged), _bombs_refused(name), Image.open(stream, formats=FORMATS) as picture:
        frames = _page_frames(picture)
        if len(frames) > MAX_PAGES:
            raise FileTooLargeError(
                f"{name} holds more than {MAX_PAGES} pages. Save the pages with the ECG as a file of their own."
            )
        max_pixels = min(MAX_PAGE_PIXELS, MAX_FILE_PIXELS // len(frames))
        return tuple(
            _page(picture, frame, number, max_pixels, name) for number, frame in enumerate(frames, start=1)
        )


@contextmanager
def _bombs_refused(name: str) -> Iterator[None]:
    try:
        yield
    except Image.DecompressionBombError as error:
        raise _too_large(name) from error


def _too_large(name: str) -> FileTooLargeError:
    return FileTooLargeError(
        f"{name} has more pixels than are read at once. Scan the page at 300 dpi, or save the picture smaller."
    )


def _page_frames(picture: Image.Image) -> list[int]:
    """The frames that are pages, no more than one beyond the limit: of a TIFF all but thumbnails, else the first."""
    if picture.format != "TIFF":
        return [0]
    frames: list[int] = []
    for frame in count():
        try:
            picture.seek(frame)
        except EOFError:
            break
        subfile_type = picture.getexif().get(_NEW_SUBFILE_TYPE, 0)
        if not int(subfile_type) & _THUMBNAIL:
            frames.append(frame)
        if frame >= 2 * MAX_PAGES or len(frames) > MAX_PAGES:
            break
    return frames or [0]


def _page(picture: Image.Image, frame: int, number: int, max_pixels: int, name: str) -> PageImage:
    picture.seek(frame)
    _check_size(picture, name)
    dpi = _stated_dpi(picture)
    width_px, height_px = picture.size
    shrink = min(1.0, math.sqrt(max_pixels / (width_px * height_px)))
    size = (max(1, round(shrink * width_px)), max(1, round(shrink * height_px)))
    picture.draft("RGB", size)  # a JPEG is decoded at 1/2, 1/4 or 1/8 of its size where that is enough
    shown = _shrunk_rgb(picture, size)
    ImageOps.exif_transpose(shown, in_place=True)
    return PageImage(np.asarray(shown), None if dpi is None else shrink * dpi, number)


def _check_size(picture: Image.Image, name: str) -> None:
    width_px, height_px = picture.size
    as_it_is = picture.mode in _SHRUNK_AS_THEY_ARE and not picture.has_transparency_data
    if width_px * height_px > (_MAX_DECODED_PIXELS if as_it_is else _MAX_CONVERTED_PIXELS):
        raise _too_large(name)


def _shrunk_rgb(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The picture as RGB of this size; what is transparent becomes white."""
    if picture.mode in _SHRUNK_AS_THEY_ARE and not picture.has_transparency_data:
        shrunk = _shrunk(picture, size)
        return shrunk if shrunk.mode == "RGB" else shrunk.convert("RGB")
    if picture.mode in _MANY_BITS:
        return _shrunk(_eight_bits(picture), size).convert("RGB")
    if not picture.has_transparency_data:
        return _shrunk(picture.convert("RGB"), size)
    shrunk = _shrunk(picture.convert("RGBA"), size)
    return Image.alpha_composite(Image.new("RGBA", size, "white"), shrunk).convert("RGB")


def _shrunk(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Means over areas: nothing thin is lost. The large steps are whole ones, which take little memory."""
    return picture.resize(size, Image.Resampling.BOX, reducing_gap=1.0)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits as 8; the brightest pixel, the paper, becomes white (scanners use 10, 12 or 16 bits)."""
    values = np.asarray(picture)
    brightest = max(float(np.nanmax(values)), 1e-9)
    grey = np.nan_to_num(values * np.float32(255 / brightest))
    shown = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
    shown.info = picture.info
    return shown


def _stated_dpi(picture: Image.Image) -> float | None:
    """Pixels per inch as the file states them; None where it states nothing, or nothing that can be meant.

    A camera writes some number, but doesn't know how far the paper was.
    """
    if picture.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.ExposureTime):
        return None
    stated = picture.info.get("dpi", (0.0, 0.0))
    x_dpi, y_dpi = float(stated[0]), float(stated[1])
    low, high = _PLAUSIBLE_DPI
    return x_dpi if low <= x_dpi <= high and math.isclose(x_dpi, y_dpi, rel_tol=0.01) else None
