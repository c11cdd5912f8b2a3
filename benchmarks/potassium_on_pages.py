"""Does an ECG keep its potassium estimate when it comes as a printed page?

    python -m benchmarks.potassium_on_pages [RECORDS_DIR] [--n 40]

Each twelve-lead ECG (WFDB files below RECORDS_DIR; without it, those that come with the program) is asked for as a
file, and again after it was printed by this package as a 3x4 page with a rhythm strip of II and digitized: from a clean
page and from a photo of it. A 3x4 page holds 2.5 s of most leads, so that models see fewer beats there. For each
model: the difference between the two estimates, and how often it abstains. It says nothing on which of the two is right.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.invariance import estimates, twelve_lead_examples
from ecg_core.digitization.digitize import digitize_page
from ecg_core.digitization.types import PageImage
from ecg_core.errors import ECGError
from ecg_core.inference.checkpoint import load_checkpoints
from ecg_core.leads import STANDARD_LEADS
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord
from ecg_core.rendering import PageStyle, render_page, sheet
from ecg_core.rendering.defects import DEFECTS

PAGE = PageStyle(sheet=sheet("3x4", ["II"]), px_per_mm=200 / 25.4, page_mm=(279.4, 215.9), row_spacing_mm=36)
_PAGES = {"clean": PAGE, "photo": replace(PAGE, defects=(DEFECTS["photo"],))}


def main() -> None:
    """Print a line for each kind of page and model."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("records", type=Path, nargs="?", metavar="RECORDS_DIR")
    parser.add_argument("--n", type=int, default=40, help="at most so many ECGs (default: %(default)s)")
    parser.add_argument("--checkpoints", type=Path, default=Path("checkpoints"))
    arguments = parser.parse_args()
    checkpoints = load_checkpoints(arguments.checkpoints)
    folder, n = arguments.records, arguments.n
    records = list(_twelve_leads(folder, n)) if folder else twelve_lead_examples()[:n]
    print(
        f"{len(records)} ECGs\n{'page':8s}{'model':28s}  n  median |dK|   90 %   mean dK   abstained (file, page)"
    )
    as_file = np.array([estimates(record, checkpoints) for record in records])
    for kind, style in _PAGES.items():
        pages = [through_paper(record, style, number) for number, record in enumerate(records)]
        lost = sum(page is None for page in pages)
        unknown = np.full(len(checkpoints), np.nan)
        as_page = np.array([unknown if page is None else estimates(page, checkpoints) for page in pages])
        for k, checkpoint in enumerate(checkpoints):
            moved = (as_page - as_file)[:, k]
            moved = moved[np.isfinite(moved)]
            abstained = [int(np.isnan(estimates[:, k]).sum()) for estimates in (as_file, as_page)]
            print(
                f"{kind:8s}{checkpoint.card.title:28s}{len(moved):3d}{np.median(abs(moved)):10.2f}"
                f"{np.quantile(abs(moved), 0.9):10.2f}{np.mean(moved):+10.2f}   {abstained[0]}, {abstained[1]}"
            )
        if lost:
            print(f"{kind:8s}{lost} pages could not be digitized")


def _twelve_leads(folder: Path, n: int) -> Iterator[ECGRecord]:
    """ECGs with all twelve leads, spread evenly over what is there."""
    paths = sorted(folder.rglob("*.hea"))
    found = 0
    for path in paths[:: max(len(paths) // n, 1)]:
        record = open_ecg(path)
        if set(STANDARD_LEADS) <= set(record.leads) and record.duration_s >= 10 and found < n:
            found += 1
            yield record


def through_paper(record: ECGRecord, style: PageStyle, seed: int) -> ECGRecord | None:
    """The record after printing and digitizing; None where that failed."""
    picture = render_page(record, style, np.random.default_rng(seed)).rgb
    try:
        return digitize_page(PageImage(picture)).record
    except ECGError:
        return None


if __name__ == "__main__":
    main()
