"""`digitize_page`, from a picture of paper to a calibrated record; `redigitize`, the same after a correction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ecg_core.digitization.assemble import assemble
from ecg_core.digitization.calibration import calibrate
from ecg_core.digitization.darkness import sharpen
from ecg_core.digitization.flatten import flatten, turned
from ecg_core.digitization.gate import refuse_if_no_ecg, refuse_if_too_small
from ecg_core.digitization.ink import find_ink
from ecg_core.digitization.layout import find_layout
from ecg_core.digitization.minus_sign import settle_minus
from ecg_core.digitization.printed_text import read_text, reading_direction
from ecg_core.digitization.row_timing import row_delays
from ecg_core.digitization.signal_ink import signal_ink
from ecg_core.digitization.traces import extract_traces
from ecg_core.digitization.types import Corrections, Digitization, FlatPage, InkMap, PageImage, PrintedText

Progress = Callable[[str], None]

_NOTHING_CORRECTED = Corrections()


def digitize_page(
    page: PageImage, corrections: Corrections = _NOTHING_CORRECTED, progress: Progress = lambda stage: None
) -> Digitization:
    """Digitize one page; `progress` is told each stage as it begins.

    Raises NotAnECGPageError when no ECG is seen on it, another ECGError when it cannot be used.
    """
    refuse_if_too_small(page)
    clock = _Clock(progress)
    with clock.stage("Flattening the paper"):
        flat = flatten(page, corrections)
    with clock.stage("Finding the trace"):
        ink = find_ink(flat)
    with clock.stage("Reading the print"):
        texts = read_text(flat, ink)
        turns = 0 if corrections.quarter_turns is not None else reading_direction(flat, ink, texts)
    if turns:
        with clock.stage("Turning the page upright"):
            flat = turned(flat, turns)
            ink = find_ink(flat)
            texts = read_text(flat, ink)
    return _follow(page, flat, ink, texts, corrections, clock)


def redigitize(
    previous: Digitization, corrections: Corrections, progress: Progress = lambda stage: None
) -> Digitization:
    """The same page with other corrections; what they do not touch is not done again."""
    if _of_the_paper(corrections) != _of_the_paper(previous.corrections):
        return digitize_page(previous.page, corrections, progress)
    return _follow(previous.page, previous.flat, previous.ink, previous.texts, corrections, _Clock(progress))


def _of_the_paper(corrections: Corrections) -> tuple[object, ...]:
    """The corrections that change the flat page itself."""
    return (
        corrections.paper_corners,
        corrections.quarter_turns,
        corrections.rotation_deg,
        corrections.px_per_mm,
    )


def _follow(
    page: PageImage,
    flat: FlatPage,
    ink: InkMap,
    texts: tuple[PrintedText, ...],
    corrections: Corrections,
    clock: _Clock,
) -> Digitization:
    """From what is printed where to the record."""
    with clock.stage("Finding the leads"):
        layout = find_layout(flat, ink, texts, corrections)
        calibration = calibrate(flat, layout, texts, corrections)
    with clock.stage("Following the traces"):
        clean = sharpen(signal_ink(ink, texts, layout, flat.px_per_mm), flat.rgb, flat.px_per_mm)
        traces = extract_traces(clean, layout, corrections.anchors, flat.px_per_mm)
    with clock.stage("Putting the record together"):
        layout, traces = settle_minus(layout, calibration, traces)
        layout = replace(layout, row_delays=row_delays(layout, calibration, traces))
        record, leads, warnings = assemble(layout, calibration, traces)
    found = Digitization(
        page,
        flat,
        ink,
        texts,
        layout,
        calibration,
        traces,
        leads,
        record,
        warnings,
        corrections,
        clock.seconds,
    )
    if not _leads_placed(corrections):
        refuse_if_no_ecg(found)
    return found


def _leads_placed(corrections: Corrections) -> bool:
    """Whether the user has said where leads are: then it is an ECG, whatever it looks like."""
    return bool(corrections.layout or corrections.boxes or corrections.added or corrections.anchors)


@dataclass
class _Clock:
    """Tells which stage begins and keeps how long each took."""

    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.progress(name)
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
