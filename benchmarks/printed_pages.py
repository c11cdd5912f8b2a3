"""Pages with truth for the digitization benchmark: found in a folder, or rendered from the bundled ECGs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import wfdb
from numpy.typing import NDArray
from PIL import Image

from ecg_core.cli.render import page_facts
from ecg_core.cli.results import write_json
from ecg_core.leads import STANDARD_LEADS, canonical_lead_name
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord
from ecg_core.rendering import GridStyle, PageStyle, random_style, render_page, sheet
from ecg_core.rendering.defects import DEFECTS
from ecg_core.writers import write_wfdb

_PICTURES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp", ".pdf"}
_LETTER_MM = (279.4, 215.9)


@dataclass(frozen=True, eq=False)
class LeadArea:
    """Where a lead truly is: the corners of its box in the picture, clockwise from the upper left, and its scale."""

    lead: str
    corners_px: NDArray[np.float32]  # (4, 2)
    px_per_s: float
    px_per_mv: float

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the box set upright."""
        upper_left, upper_right, _, lower_left = self.corners_px
        width, height = np.linalg.norm(upper_right - upper_left), np.linalg.norm(lower_left - upper_left)
        return max(2, round(float(width))), max(2, round(float(height)))


@dataclass(frozen=True)
class PrintedPage:
    """A picture of a page, and beside it `<stem>.hea`, its truth, and perhaps `<stem>.json` on what is where."""

    set_name: str
    picture: Path

    @property
    def truth(self) -> ECGRecord:
        """What is printed, with no lead derived."""
        found = wfdb.rdrecord(str(self.picture.with_suffix("")))
        leads = tuple(canonical_lead_name(name) or name for name in found.sig_name)
        return ECGRecord(found.p_signal.T.astype(np.float32), float(found.fs), leads)

    @property
    def areas(self) -> list[LeadArea]:
        """The true place of each lead, the widest where it is printed twice; none where no file tells."""
        facts_path = self.picture.with_suffix(".json")
        if not facts_path.is_file():
            return []
        facts = json.loads(facts_path.read_text(encoding="utf-8"))
        areas = sorted(_areas(facts), key=lambda area: area.size_px[0])
        return list({area.lead: area for area in areas}.values())


def _areas(facts: Mapping[str, Any]) -> Iterator[LeadArea]:
    """From the facts that `ecg_core render` writes, or those of ecg-image-kit (25 mm/s, 10 mm/mV; row before column)."""
    for item in facts["leads"]:
        if "corners_px" in item:
            corners = np.array(item["corners_px"], np.float32)
            px_per_mm, speed, gain = facts["px_per_mm"], facts["speed_mm_s"], item["gain_mm_mv"]
            lead = item["lead"]
        else:
            corners = np.array([item["lead_bounding_box"][key][::-1] for key in "0123"], np.float32)
            px_per_mm, speed, gain = facts["x_grid"] / 5, 25.0, 10.0
            lead = item["lead_name"]
        yield LeadArea(lead, corners, px_per_mm * speed, px_per_mm * gain)


def pages_in(folder: Path) -> list[PrintedPage]:
    """Every picture below a folder that has a truth beside it; its set is the folder that it lies in."""
    pictures = sorted(path for path in folder.rglob("*") if path.suffix.lower() in _PICTURES)
    return [PrintedPage(path.parent.name, path) for path in pictures if path.with_suffix(".hea").is_file()]


def rendered_styles(rng: np.random.Generator) -> dict[str, PageStyle]:
    """The sets that are rendered, from easy to hard."""
    clean = PageStyle(sheet=sheet("3x4", ["II"]), px_per_mm=200 / 25.4, page_mm=_LETTER_MM, row_spacing_mm=36)
    one_column = replace(clean, sheet=sheet("12x1"), row_spacing_mm=15)

    def with_defects(*names: str) -> PageStyle:
        return replace(clean, defects=tuple(DEFECTS[name] for name in names))

    return {
        "clean": clean,
        "no grid": replace(clean, grid=GridStyle(minor="none", major="none")),
        "12x1": one_column,
        "50 mm per s": replace(clean, speed_mm_s=50.0, row_s=5.0),
        "rotation": with_defects("rotation"),
        "fax": with_defects("fax"),
        "handwriting": with_defects("handwriting", "pen_marks"),
        "wrinkles": with_defects("wrinkles", "folds"),
        "photo": with_defects("photo"),
        "anything": random_style(rng),
    }


def render_pages(folder: Path, n_per_set: int, seed: int) -> None:
    """Write pages of the bundled twelve-lead ECGs as `folder/<set>/<number>.png` with truth and facts beside them."""
    records = [
        record
        for example in list_examples()
        if not example.simulated
        and example.path.suffix == ".hea"
        and (record := open_ecg(example.path)).leads == STANDARD_LEADS
    ]
    for number in range(n_per_set):
        rng = np.random.default_rng([seed, number])
        for set_name, style in rendered_styles(rng).items():
            page = render_page(records[number % len(records)], style, rng)
            (folder / set_name).mkdir(parents=True, exist_ok=True)
            stem = f"{number:04d}"
            Image.fromarray(page.rgb).save(folder / set_name / f"{stem}.png")
            write_wfdb(page.truth, folder / set_name, stem)
            write_json(folder / set_name / f"{stem}.json", page_facts(page))
