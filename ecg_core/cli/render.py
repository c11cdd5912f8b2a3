"""`render`: ECGs as printed pages, with the truth about what is on them."""

from __future__ import annotations

import argparse
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ecg_core.cli.batch import run_batch
from ecg_core.cli.results import ResultFolder, write_json
from ecg_core.errors import ECGError
from ecg_core.leads import canonical_lead_name
from ecg_core.readers import open_ecg
from ecg_core.rendering import SHEETS, PageStyle, RenderedPage, random_style, render_page, sheet
from ecg_core.rendering.defects import DEFECTS
from ecg_core.rendering.page import Defect
from ecg_core.writers import wfdb_stem, write_wfdb

_MM_PER_INCH = 25.4
_LETTER_MM = (279.4, 215.9)  # holds ten seconds at 25 mm/s


def run(arguments: argparse.Namespace) -> int:
    """Write picture, truth and facts for every ECG; returns the exit status."""
    style = None if arguments.random else _style(arguments)
    results = ResultFolder(
        arguments.out, lambda path: f"{wfdb_stem(path.stem)}_page.json", resume=arguments.resume
    )

    def step(path: Path) -> None:
        record = open_ecg(path, fs_hz=arguments.fs_hz, unit=arguments.unit)
        # The same for a file whichever others are rendered with it.
        rng = np.random.default_rng([arguments.seed, zlib.crc32(path.stem.encode())])
        page = render_page(record, style or random_style(rng), rng)
        facts_path = results.path(path)
        Image.fromarray(page.rgb).save(facts_path.with_suffix(".png"))
        write_wfdb(page.truth, arguments.out, facts_path.stem)
        write_json(facts_path, page_facts(page))

    return run_batch(arguments.paths, step, results.is_done)


def page_facts(page: RenderedPage) -> dict[str, Any]:
    """Layout, scale and places of leads, pulses and print in the picture; corners clockwise from the upper left."""
    printed = page.print
    return {
        "layout": printed.sheet,
        "speed_mm_s": printed.speed_mm_s,
        "gain_mm_mv": printed.leads[0].gain_mm_mv,
        "px_per_mm": float(np.mean(page.px_per_mm)),
        "leads": [
            {
                "lead": lead.lead,
                "row": lead.row,
                "column": lead.column,
                "rhythm": lead.rhythm,
                "inverted": lead.inverted,
                "gain_mm_mv": lead.gain_mm_mv,
                "corners_px": _corners(page, lead.box_px),
            }
            for lead in printed.leads
        ],
        "pulses": [
            {"row": pulse.row, "corners_px": _corners(page, pulse.box_px)} for pulse in printed.pulses
        ],
        "texts": [
            {"text": string.text, "lead": string.lead, "corners_px": _corners(page, string.box_px)}
            for string in printed.strings
        ],
    }


def _corners(page: RenderedPage, box_px: tuple[float, float, float, float]) -> list[list[float]]:
    corners: list[list[float]] = page.corners(box_px).round(2).tolist()
    return corners


def _style(arguments: argparse.Namespace) -> PageStyle:
    if arguments.layout not in SHEETS:
        raise ECGError(f"There is no layout {arguments.layout}. Choose one of {', '.join(SHEETS)}.")
    usual = ["II"] if arguments.layout == "3x4" else []
    rhythm = [_lead(name) for name in (usual if arguments.rhythm is None else arguments.rhythm)]
    page = sheet(arguments.layout, rhythm, cabrera=arguments.cabrera, chest=arguments.chest)
    n_rows = len(page.lines)
    return PageStyle(
        sheet=page,
        speed_mm_s=arguments.speed,
        gain_mm_mv=arguments.gain,
        px_per_mm=arguments.dpi / _MM_PER_INCH,
        page_mm=_LETTER_MM,
        row_spacing_mm=180 / n_rows if n_rows > 5 else 36,
        defects=tuple(_defect(name) for name in arguments.defects),
    )


def _lead(name: str) -> str:
    lead = canonical_lead_name(name)
    if lead is None:
        raise ECGError(f"{name} is not one of the twelve leads.")
    return lead


def _defect(name: str) -> Defect:
    if name not in DEFECTS:
        raise ECGError(f"There is no defect {name}. Choose from {', '.join(DEFECTS)}.")
    return DEFECTS[name]
