from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import PIL.ImageFont
import pytest

from ecg_core.record import ECGRecord
from ecg_core.rendering import TRACE, PageStyle, kit_style, random_style, render_page
from ecg_core.rendering.fonts import latin_fonts, script_fonts
from ecg_core.rendering.lettering import spell_lead


def styles(n: int) -> list[PageStyle]:
    return [random_style(np.random.default_rng(seed)) for seed in range(n)]


@pytest.mark.parametrize("seed", range(12))
def test_any_random_page_can_be_printed_and_read(waves: ECGRecord, seed: int) -> None:
    style = random_style(np.random.default_rng(seed))
    page = render_page(waves, replace(style, px_per_mm=min(style.px_per_mm, 4.5)), seed)
    assert page.rgb.dtype == np.uint8
    assert page.classes.shape == page.rgb.shape[:2]
    assert (page.classes == TRACE).any()
    labels = {lead.removeprefix("-") for row in style.sheet.lines for lead in row}
    assert set(page.truth.leads) <= labels
    assert len(page.truth.leads) > 0.7 * len(labels)


def test_same_seed_gives_the_same_page(waves: ECGRecord) -> None:
    def page(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return render_page(waves, replace(random_style(rng), px_per_mm=4), rng).rgb

    assert (page(3) == page(3)).all()
    assert page(3).shape != page(4).shape or (page(3) != page(4)).any()


def test_random_styles_are_broad() -> None:
    drawn = styles(400)
    names = {style.sheet.name for style in drawn}
    assert {"3x4", "3x4+1", "3x4+3", "6x2", "6x2+1", "12x1", "6x1", "2x6", "1x1"} <= names
    assert any("Cabrera" in name for name in names)
    assert {style.speed_mm_s for style in drawn} == {12.5, 25.0, 50.0}
    assert {style.gain_mm_mv for style in drawn} == {5.0, 10.0, 20.0}
    assert any(style.chest_gain_mm_mv for style in drawn)
    assert {style.labels.place for style in drawn} == {"above", "below", "left"}
    assert {style.pulses.place for style in drawn} == {"left", "right", "none"}
    assert {style.separators.kind for style in drawn} == {"none", "bar", "ticks", "dashes", "line"}
    assert {(style.grid.minor, style.grid.major) for style in drawn} >= {
        ("lines", "lines"),
        ("dots", "lines"),
        ("none", "lines"),
        ("none", "none"),
    }
    assert min(style.px_per_mm for style in drawn) < 4 < 11 < max(style.px_per_mm for style in drawn)
    defects = [d.func if isinstance(d, partial) else d for style in drawn for d in style.defects]
    assert len({defect.__name__ for defect in defects}) > 30
    assert 0.03 < np.mean([not style.defects for style in drawn]) < 0.3


def test_kit_pages_have_the_kit_s_size(waves: ECGRecord) -> None:
    style = replace(kit_style(np.random.default_rng(0)), px_per_mm=200 / 25.4)
    assert render_page(waves, style).size == (2200, 1700)


@pytest.mark.parametrize(
    ("spelling", "printed"),
    [
        ("standard", ("aVR", "III", "V1", "-aVR")),
        ("capitals", ("AVR", "III", "V1", "-AVR")),
        ("small", ("avR", "III", "V1", "-avR")),
        ("colon", ("aVR:", "III:", "V1:", "-aVR:")),
        ("lead", ("Lead aVR", "Lead III", "Lead V1", "Lead -aVR")),
        ("spaced", ("aVR", "I I I", "V1", "-aVR")),
        ("german", ("aVR", "III", "C1", "-aVR")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_lead_names_in_all_spellings(spelling: str, printed: tuple[str, ...]) -> None:
    assert tuple(spell_lead(lead, spelling) for lead in ("aVR", "III", "V1", "-aVR")) == printed


def test_fonts_without_latin_letters_and_other_files_are_left_out(tmp_path: Path) -> None:
    font = PIL.ImageFont.load_default(20)
    data = font.font_bytes
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "Plain.ttf").write_bytes(data)
    (tmp_path / "Same.ttf").write_bytes(data)
    (tmp_path / "OddSymbols.ttf").write_bytes(data)
    (tmp_path / "MyScript.ttf").write_bytes(data)
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    (tmp_path / "letter.txt").write_text("text")
    assert latin_fonts(tmp_path) == (tmp_path / "Same.ttf",)
    assert script_fonts(tmp_path) == (tmp_path / "MyScript.ttf",)
