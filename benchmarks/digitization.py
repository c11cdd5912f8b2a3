"""How well pages are digitized, by set, beside a threshold and column means; how long it takes, and how much memory.

    python -m benchmarks.digitization PAGES_DIR
    python -m benchmarks.digitization --rendered 4 --seed 1

PAGES_DIR/<set>/ holds pictures, each with its truth beside it (WFDB at 500 Hz, mV, NaN where nothing is printed) and,
for the baseline, perhaps a JSON file that tells where the leads are (as `python -m ecg_core render` or
ecg-image-kit writes it). `--rendered N` prints N pages of each of ten sets from the ECGs that come with the program:
they are made by the same renderer as the training pages of the networks, so they flatter; the ECGs are others.

The baseline is told the true box and scale of every lead and sets the box upright (`column_means.py`); what is
to be found out on a page it need not find out. No peer could be installed from PyPI (ecgtizer, ecg-digitize and
ecgminer are not there).
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.column_means import column_means
from benchmarks.printed_pages import PrintedPage, pages_in, render_pages
from ecg_core.digitization.pictures import read_pages
from ecg_core.digitization.types import Corrections
from ecg_core.errors import ECGError
from ecg_core.evaluation.digitization import PageScore, score_page
from ecg_core.readers.opening import open_document


@dataclass(frozen=True)
class Result:
    """What became of one page."""

    page: PrintedPage
    score: PageScore
    seconds: float
    cpu_seconds: float  # of all threads: what counts on a busy machine
    by_stage: Mapping[str, float] = field(default_factory=dict)
    baseline: PageScore | None = None
    reason: str = ""  # of a failure


def main() -> None:
    """Print a table with a line for each set, the failures, and where time and memory go."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pages", type=Path, nargs="?", metavar="PAGES_DIR")
    parser.add_argument("--rendered", type=int, metavar="N", help="render N pages of each set instead")
    parser.add_argument("--seed", type=int, default=0, help="of the rendered pages (default: %(default)s)")
    parser.add_argument("--per-page", action="store_true", help="a line for each page, too")
    arguments = parser.parse_args()
    if (arguments.pages is None) == (arguments.rendered is None):
        parser.error("give either PAGES_DIR or --rendered N")
    with TemporaryDirectory(prefix="pages-") as temporary:
        folder = arguments.pages or Path(temporary)
        if arguments.rendered:
            render_pages(folder, arguments.rendered, arguments.seed)
        pages = pages_in(folder)
        if not pages:
            parser.error(f"there is no picture with its truth (.hea) beside it below {folder}")
        measure(pages[0])  # loads PyTorch and the networks
        results = [measure(page) for page in pages]
    print_table(results, arguments.per_page)
    print_costs(results)


def measure(page: PrintedPage) -> Result:
    """Digitize one page as the command line does, and score it and the baseline."""
    truth = page.truth
    baseline = None
    if areas := page.areas:
        (image,) = read_pages(page.picture, page.picture.name)
        baseline = score_page(truth, column_means(image, areas, truth))
    began, cpu_began = time.perf_counter(), time.process_time()
    document, reason = None, ""
    try:
        document = open_document(page.picture, Corrections())
    except ECGError as error:
        reason = str(error)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    score = score_page(truth, document.record if document else None)
    stages = document.pages[0].seconds if document else {}
    return Result(page, score, seconds, cpu_seconds, stages, baseline, reason)


def print_table(results: Sequence[Result], per_page: bool) -> None:
    """A line for each set and one for all; decibels, correlation and gain are medians over pages."""
    print(
        f"{'set':<24}{'n':>4} fail miss wrong inv | SNR dB strict      r gain err  good% | s/page  CPU s | baseline dB      r"
    )
    for set_name, group in groupby(results, key=lambda result: result.page.set_name):
        of_set = list(group)
        print_line(set_name, of_set)
        for result in of_set if per_page else ():
            print_line(f"  {result.page.picture.stem}", [result])
    print_line("all", results)
    for result in results:
        if result.reason:
            print(f"Failed: {result.page.set_name}/{result.page.picture.name}: {result.reason}")


def print_line(name: str, results: Sequence[Result]) -> None:
    """One line of the table; what failed counts as 0 dB, and not for correlation and gain."""
    scores = [result.score for result in results]
    baselines = [result.baseline for result in results if result.baseline]
    n_good = sum(lead.is_good for score in scores for lead in score.leads.values())
    n_printed = sum(score.n_printed for score in scores)
    gain_errors = [abs(score.gain - 1) for score in scores]
    print(
        f"{name[:24]:<24}{len(results):4d} {sum(score.failed for score in scores):4d}"
        f" {sum(len(score.missing) for score in scores):4d} {sum(len(score.wrong) for score in scores):5d}"
        f" {sum(len(score.inverted) for score in scores):3d} |"
        f" {median(score.snr_db for score in scores):6.1f} {median(score.strict_snr_db for score in scores):6.1f}"
        f" {median(score.r for score in scores):6.3f} {100 * median(gain_errors):6.1f} %"
        f" {100 * n_good / max(n_printed, 1):5.0f}% | {median(result.seconds for result in results):6.2f}"
        f" {median(result.cpu_seconds for result in results):6.2f} |"
        f" {median(score.snr_db for score in baselines):11.1f} {median(score.r for score in baselines):6.3f}"
    )


def median(values: Iterable[float]) -> float:
    """Of what is a number; NaN where nothing is."""
    known = [value for value in values if np.isfinite(value)]
    return statistics.median(known) if known else float("nan")


def print_costs(results: Sequence[Result]) -> None:
    """Median seconds of each stage, and the most memory that this process held at any time."""
    stages = list(dict.fromkeys(stage for result in results for stage in result.by_stage))
    print("\nWhere the time goes, median over pages:")
    for stage in stages:
        print(f"  {stage:<32}{median(result.by_stage.get(stage, float('nan')) for result in results):6.2f} s")
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"Peak memory of the whole run, all pages in one process: {peak_kb / 1e6:.2f} GB")


if __name__ == "__main__":
    main()
