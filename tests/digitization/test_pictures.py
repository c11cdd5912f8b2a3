"""From files to pages: every kind of picture, PDFs, and what is turned away."""

import io
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ecg_core import child_process
from ecg_core.digitization import pictures
from ecg_core.digitization.pictures import read_pages
from ecg_core.errors import ECGError, FileTooLargeError, UnreadableFileError

WIDTH_PX, HEIGHT_PX = 160, 120


def drawing() -> Image.Image:
    """White paper with a red corner in the upper left and a black line in the lower right."""
    rgb = np.full((HEIGHT_PX, WIDTH_PX, 3), 255, dtype=np.uint8)
    rgb[:40, :50] = (255, 0, 0)
    rgb[90:110, 100:150] = 0
    return Image.fromarray(rgb)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    written = io.BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def pdf_of(body: bytes, trailer: bytes = b"") -> bytes:
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    return head + body + b"\ntrailer<</Root 1 0 R/Size 9" + trailer + b">>\n%%EOF"


def blank_pdf(media_box: bytes, trailer: bytes = b"", more: bytes = b"") -> bytes:
    pages = b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    return pdf_of(
        pages + b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[" + media_box + b"]>>endobj\n" + more, trailer
    )


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGB"),
        ("PNG", "P"),
        ("PNG", "RGBA"),
        ("TIFF", "RGB"),
        ("TIFF", "CMYK"),
        ("TIFF", "RGBA"),
        ("BMP", "RGB"),
        ("BMP", "P"),
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
        ("WEBP", "RGB"),
    ],
)
def test_colours_come_out_whatever_the_kind(kind: str, mode: str) -> None:
    (page,) = read_pages(saved(drawing().convert(mode), kind), "page")
    assert page.rgb.dtype == np.uint8
    difference = np.abs(page.rgb.astype(int) - np.asarray(drawing()).astype(int))
    assert difference.mean() < 2


@pytest.mark.parametrize(
    ("kind", "grey"),
    [
        ("PNG", drawing().convert("1", dither=Image.Dither.NONE)),
        ("TIFF", drawing().convert("1", dither=Image.Dither.NONE)),
        ("BMP", drawing().convert("1", dither=Image.Dither.NONE)),
        ("PNG", drawing().convert("LA")),
        ("PNG", Image.fromarray(np.asarray(drawing().convert("L")).astype(np.uint16) * 16)),
        ("TIFF", Image.fromarray(np.asarray(drawing().convert("L")).astype(np.uint16) * 257)),
        ("TIFF", Image.fromarray(np.asarray(drawing().convert("L")).astype(np.float32) / 255)),
    ],
    ids=["png_1_bit", "tiff_1_bit", "bmp_1_bit", "png_grey_alpha", "png_12_bit", "tiff_16_bit", "tiff_float"],
)
def test_grey_of_any_depth_has_white_paper_and_a_black_line(kind: str, grey: Image.Image) -> None:
    (page,) = read_pages(saved(grey, kind), "page")
    assert page.rgb.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert (page.rgb[60, 80] == 255).all()
    assert (page.rgb[100, 120] == 0).all()


def test_what_is_transparent_is_white_paper() -> None:
    see_through = drawing().convert("RGBA")
    see_through.putalpha(
        Image.fromarray(np.where(np.asarray(drawing())[..., 2] == 255, 0, 255).astype(np.uint8))
    )
    painted_black = np.asarray(see_through).copy()
    painted_black[..., :3][painted_black[..., 3] == 0] = 0
    (page,) = read_pages(saved(Image.fromarray(painted_black), "PNG"), "page")
    np.testing.assert_array_equal(page.rgb, np.asarray(drawing()))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_come_upright_by_their_exif_tag(kind: str, orientation: int) -> None:
    turned = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = drawing().transpose(turned[orientation]) if orientation in turned else drawing()
    exif = Image.Exif()
    exif[274] = orientation
    (page,) = read_pages(saved(stored, kind, exif=exif), "page")
    assert page.rgb.shape == (HEIGHT_PX, WIDTH_PX, 3)
    np.testing.assert_allclose(page.rgb[20, 20], (255, 0, 0), atol=12)
    np.testing.assert_allclose(page.rgb[100, 130], 0, atol=12)


@pytest.mark.parametrize(
    ("stated", "dpi"), [((300, 300), 300), ((72, 72), None), ((96, 96), None), ((300, 150), None)]
)
def test_resolution_is_believed_where_it_can_be_meant(stated: tuple[int, int], dpi: float | None) -> None:
    (page,) = read_pages(saved(drawing(), "JPEG", dpi=stated), "page")
    assert page.dpi == dpi
    (silent,) = read_pages(saved(drawing(), "PNG"), "page")
    assert silent.dpi is None


def test_cameras_do_not_know_the_resolution_of_the_paper() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[33434] = 0.01
    (page,) = read_pages(saved(drawing(), "JPEG", dpi=(300, 300), exif=exif), "page")
    assert page.dpi is None


def test_large_pictures_are_made_smaller_and_their_resolution_with_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pictures, "MAX_PAGE_PIXELS", WIDTH_PX * HEIGHT_PX // 4)
    for kind in ("JPEG", "PNG"):
        (page,) = read_pages(saved(drawing(), kind, dpi=(400, 400)), "page")
        assert page.rgb.shape == (HEIGHT_PX // 2, WIDTH_PX // 2, 3)
        assert page.dpi == pytest.approx(200, rel=1e-4)
        np.testing.assert_allclose(page.rgb[10, 10], (255, 0, 0), atol=12)


def test_a_tiff_gives_all_pages_but_thumbnails() -> None:
    thumbnail = drawing().resize((16, 12))
    thumbnail.encoderinfo = {"tiffinfo": {254: 1}}
    dark = Image.new("L", (WIDTH_PX, HEIGHT_PX), 30)
    data = saved(drawing(), "TIFF", save_all=True, append_images=[thumbnail, dark])
    found = read_pages(data, "pages")
    assert [(page.number, page.rgb.shape[1]) for page in found] == [(1, WIDTH_PX), (2, WIDTH_PX)]
    assert (found[1].rgb == 30).all()


def test_a_scan_in_a_pdf_keeps_its_pixels() -> None:
    (page,) = read_pages(saved(drawing(), "PDF", resolution=200.0), "page")
    assert page.rgb.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert page.dpi == pytest.approx(200, rel=0.01)
    assert np.abs(page.rgb.astype(int) - np.asarray(drawing())).mean() < 6


def test_a_drawn_pdf_comes_at_300_dpi_and_huge_paper_at_less() -> None:
    (page,) = read_pages(blank_pdf(b"0 0 72 144"), "page")
    assert (page.rgb.shape, page.dpi) == ((600, 300, 3), 300)
    assert (page.rgb == 255).all()
    (poster,) = read_pages(blank_pdf(b"0 0 14400 14400"), "poster")
    assert poster.rgb.shape[0] * poster.rgb.shape[1] <= 1.01 * pictures.MAX_PAGE_PIXELS


def test_every_page_of_a_pdf_is_read() -> None:
    data = saved(drawing(), "PDF", save_all=True, append_images=[drawing().rotate(180)])
    first, second = read_pages(data, "pages")
    assert (first.number, second.number) == (1, 2)
    assert (first.rgb[20, 20, 1], second.rgb[-20, -20, 1]) == (pytest.approx(0, abs=12),) * 2


LOCK = b"4 0 obj<</Filter/Standard/V 1/R 2/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">/P -44>>endobj"


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (saved(drawing(), "PNG")[:-60], UnreadableFileError, "not a complete picture"),
        (saved(drawing(), "JPEG")[:-300], UnreadableFileError, "not a complete picture"),
        (saved(drawing(), "TIFF")[:-9000], UnreadableFileError, "not a complete picture"),
        (saved(drawing(), "GIF"), UnreadableFileError, "not a complete picture"),
        (b"BM" + bytes(60), UnreadableFileError, "not a complete picture"),
        (b"%PDF-1.4 junk", UnreadableFileError, "not a complete PDF"),
        (blank_pdf(b"0 0 9 9", b"/Encrypt 4 0 R/ID[<00><00>]", LOCK), UnreadableFileError, "password"),
        (
            saved(drawing(), "TIFF", save_all=True, append_images=[drawing()] * 20),
            FileTooLargeError,
            "more than 20 pages",
        ),
        (
            saved(drawing(), "PDF", save_all=True, append_images=[drawing()] * 20),
            FileTooLargeError,
            "21 pages; at most 20",
        ),
    ],
    ids=["png_cut", "jpeg_cut", "tiff_cut", "gif", "bmp_junk", "pdf_junk", "pdf_locked", "tiff_21", "pdf_21"],
)
def test_what_cannot_be_read_is_turned_away(data: bytes, error: type[ECGError], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        read_pages(data, "scan.bin")
    assert "scan.bin" in str(caught.value)


@pytest.mark.parametrize("side_px", [12_000, 30_000])
def test_decompression_bombs_are_refused_by_their_header(side_px: int) -> None:
    small = bytearray(saved(Image.new("1", (100, 100)), "PNG"))
    header = small.index(b"IHDR")
    small[header + 4 : header + 12] = side_px.to_bytes(4, "big") * 2
    small[header + 17 : header + 21] = zlib.crc32(small[header : header + 17]).to_bytes(4, "big")
    with pytest.raises(FileTooLargeError, match="more pixels"):
        read_pages(bytes(small), "bomb.png")


def test_a_pdf_that_takes_too_much_memory_ends_its_own_process_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "_MEMORY_BYTES", 100_000_000)
    with pytest.raises(FileTooLargeError, match="unpacks to more"):
        read_pages(blank_pdf(b"0 0 14400 14400"), "page.pdf")


@pytest.mark.filterwarnings("ignore")  # Pillow warns about what it is fed here
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["PNG", "JPEG", "TIFF", "BMP", "WEBP"]), st.data())
def test_damaged_pictures_give_pages_or_an_error_with_words(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(saved(drawing(), kind))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at : at + data.draw(st.integers(0, 6))] = data.draw(st.binary(max_size=6))
    try:
        found = read_pages(bytes(damaged), "scan")
    except ECGError as error:
        assert 20 < len(str(error)) < 300
    else:
        assert all(page.rgb.ndim == 3 and page.rgb.size <= 3 * pictures.MAX_PAGE_PIXELS for page in found)
