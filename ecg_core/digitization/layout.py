"""`find_layout`: which lead stands where on a flat page, from its rows of trace and its printed lead names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.arrangement import Arrangement, PageEvidence, best_arrangement
from ecg_core.digitization.layouts import KnownLayout, layout_names, layouts_named
from ecg_core.digitization.lead_boxes import corrected, lead_boxes
from ecg_core.digitization.names import lead_names
from ecg_core.digitization.pulses import find_pulses
from ecg_core.digitization.rows import Row, blank_rows, empty_row, find_rows
from ecg_core.digitization.types import Corrections, FlatPage, InkMap, Layout, PrintedText, Pulse
from ecg_core.errors import MissingInformationError, NotAnECGPageError

_TOGETHER_MM = 1.5  # rows that begin (or end) together differ by less
_LINE_MM = 0.4  # the thickness of a line, at most
_STROKE_MM = 0.2  # from the middle of a pulse's stroke to where a trace beside it is seen
_TOUCH_MM = 2.0  # a trace that begins so near to its pulse, and is joined to it, begins at it
_JOINED = 0.5  # of the rows that have a pulse: where so many are joined to it, all are
_TOUCH_BAND_MM = 5.0  # from the baseline: where the line between them is looked for
_INK = 0.4  # probability from which a pixel counts
_WHOLE_ROW = 0.5  # of the longest row: shorter ones keep their own ends


def find_layout(
    flat: FlatPage, ink: InkMap, texts: Sequence[PrintedText], corrections: Corrections
) -> Layout:
    """Find rows, pulses and leads of a flat page; what the user says is final.

    Raises NotAnECGPageError where there is no row of trace and the user gave no layout, MissingInformationError for a
    layout that is not known.
    """
    rows = find_rows(ink.trace, flat.px_per_mm)
    wanted = _wanted(corrections.layout)
    if not rows and not wanted:
        raise NotAnECGPageError(
            "No ECG trace was found on this page. If there is one, try a sharper picture that shows the whole page."
        )
    if wanted:
        height, width = flat.rgb.shape[:2]
        n_rows = wanted[0].n_rows
        rows = _so_many(rows, n_rows, height) if rows else blank_rows(n_rows, width, height)
    pulses = find_pulses(flat, ink, rows)
    ends_px = _ends(rows, pulses, ink, flat.px_per_mm)
    whole = np.ptp(ends_px, axis=1) >= _WHOLE_ROW * np.ptp(ends_px, axis=1).max()
    page = PageEvidence(
        rows=rows,
        spans_px=_spans(ends_px[whole], pulses, flat.px_per_mm),
        names=lead_names(texts),
        ink=ink,
        px_per_mm=flat.px_per_mm,
        millimetres_known=flat.grid.found or corrections.px_per_mm is not None,
    )
    arrangement = best_arrangement(page, wanted)
    first_px, last_px = (float(x) for x in arrangement.shape.bounds_px[[0, -1]])
    ends_px[whole] = _clear_of_pulses((first_px, last_px), pulses, flat.px_per_mm)
    found = lead_boxes(arrangement, rows, ends_px.clip(first_px, last_px), flat.rgb.shape[0], flat.px_per_mm)
    return Layout(
        name=arrangement.name,
        boxes=corrected(found, corrections),
        pulses=pulses,
        time_zero_px=first_px,
        confidence=arrangement.confidence,
        reasons=_reasons(arrangement),
    )


def _wanted(name: str | None) -> tuple[KnownLayout, ...]:
    """The layouts of the name that the user chose; none where the choice is left to the page."""
    if name is None:
        return ()
    layouts = layouts_named(name)
    if not layouts:
        raise MissingInformationError(
            f"There is no layout named {name}. Choose one of {', '.join(layout_names())}.", needs="layout"
        )
    return layouts


def _so_many(rows: Sequence[Row], n_rows: int, height: int) -> tuple[Row, ...]:
    """As many rows as the user's layout has: those with the most ink, or empty ones added below the last."""
    fullest = sorted(rows, key=lambda row: row.x_px.size, reverse=True)[:n_rows]
    chosen = sorted(fullest, key=lambda row: row.baseline_px)
    missing = n_rows - len(chosen)
    last_px = chosen[-1].baseline_px
    room_px = (height - 1 - last_px) / (missing + 1)
    gaps_px = np.diff([row.baseline_px for row in chosen])
    step_px = min(room_px, float(np.median(gaps_px))) if gaps_px.size else room_px
    added = [empty_row(chosen[-1], last_px + step_px * (k + 1)) for k in range(missing)]
    return (*chosen, *added)


def _spans(
    ends_px: NDArray[np.float64], pulses: Sequence[Pulse], px_per_mm: float
) -> list[tuple[float, float]]:
    """From where to where whole rows may run: the ends `(rows, 2)` that several agree on, the likeliest first.

    About equally likely are the inner ones beside pulses, whose ink may have been taken for trace, and else the outer
    ones, as ink may be missing.
    """
    middle_px = float(ends_px.mean())
    left = any(pulse.box.x1_px < middle_px for pulse in pulses)
    right = any(pulse.box.x0_px > middle_px for pulse in pulses)
    starts = _agreed(ends_px[:, 0], _TOGETHER_MM * px_per_mm, latest=left)
    stops = _agreed(ends_px[:, 1], _TOGETHER_MM * px_per_mm, latest=not right)
    return [(start, stop) for start in starts for stop in stops]


def _agreed(places_px: NDArray[np.float64], together_px: float, latest: bool) -> list[float]:
    """Up to two places at which rows begin (or end) together: the best, and the one that else most agree on."""
    near = abs(places_px[:, None] - places_px[None]) <= together_px
    agreeing = near.sum(1)
    most = np.flatnonzero(agreeing >= max(0.75 * agreeing.max(), min(2, agreeing.max())))
    best = int(most[int((np.argmax if latest else np.argmin)(places_px[most]))])
    others = np.where(near[best], 0, agreeing)
    chosen = [best] + ([int(np.argmax(others))] if others.max() >= max(2, 0.2 * len(places_px)) else [])
    return [float(np.median(places_px[near[k]])) for k in chosen]


def _ends(rows: Sequence[Row], pulses: Sequence[Pulse], ink: InkMap, px_per_mm: float) -> NDArray[np.float64]:
    """From where to where the trace of each row runs `(rows, 2)`; from the strokes of pulses where it is joined to those."""
    ends_px = np.array([_without_pulses(row, number, pulses, px_per_mm) for number, row in enumerate(rows)])
    for side, edge_px in enumerate(_joints_px(rows, ends_px, pulses, ink, px_per_mm)):
        if edge_px is not None:
            beside = abs(ends_px[:, side] - edge_px) < _TOUCH_MM * px_per_mm
            ends_px[beside, side] = edge_px
    return ends_px


def _joints_px(
    rows: Sequence[Row],
    ends_px: NDArray[np.float64],
    pulses: Sequence[Pulse],
    ink: InkMap,
    px_per_mm: float,
) -> tuple[float | None, float | None]:
    """Where traces begin at pulses on their left and end at pulses on their right; None where most do not."""
    found: tuple[list[tuple[float, bool]], list[tuple[float, bool]]] = ([], [])
    for pulse in pulses:
        first_px, last_px = ends_px[pulse.row]
        if pulse.box.x1_px < (first_px + last_px) / 2:
            inner_px = pulse.box.x1_px
            found[0].append((inner_px, _joined(inner_px, first_px, rows[pulse.row], ink, px_per_mm)))
        else:
            inner_px = pulse.box.x0_px
            found[1].append((inner_px, _joined(last_px, inner_px, rows[pulse.row], ink, px_per_mm)))
    left, right = (
        float(np.median([x for x, _ in side]))
        if side and np.mean([joined for _, joined in side]) >= _JOINED
        else None
        for side in found
    )
    return left, right


def _without_pulses(row: Row, number: int, pulses: Sequence[Pulse], px_per_mm: float) -> tuple[float, float]:
    """The ends of a row's trace without its pulse, or without those of other rows, which stand above each other."""
    x0_px, x1_px = row.x0_px, row.x1_px
    line_px = _LINE_MM * px_per_mm
    for pulse in [pulse for pulse in pulses if pulse.row == number] or pulses:
        before, after = pulse.box.x0_px - line_px, pulse.box.x1_px + line_px
        if after < (x0_px + x1_px) / 2:
            first_px = float(row.x_px[np.searchsorted(row.x_px, after)]) if row.x_px.size else after
            x0_px = max(x0_px, first_px)
        elif before > (x0_px + x1_px) / 2:
            last_px = float(row.x_px[np.searchsorted(row.x_px, before) - 1]) if row.x_px.size else before
            x1_px = min(x1_px, last_px)
    return x0_px, x1_px


def _joined(left_px: float, right_px: float, row: Row, ink: InkMap, px_per_mm: float) -> bool:
    """Whether a line leads without a break over the short way between a pulse and the trace of its row."""
    if right_px - left_px > _TOUCH_MM * px_per_mm:
        return False
    top = max(0, round(row.baseline_px - _TOUCH_BAND_MM * px_per_mm))
    band = slice(top, round(row.baseline_px + _TOUCH_BAND_MM * px_per_mm) + 1)
    columns = slice(round(left_px), round(right_px) + 1)
    between = ink.trace[band, columns] + ink.pulse[band, columns]
    return bool((between.max(0) > _INK).all())


def _clear_of_pulses(
    span_px: tuple[float, float], pulses: Sequence[Pulse], px_per_mm: float
) -> tuple[float, float]:
    """A span without the strokes of pulses that stand at its very ends."""
    first_px, last_px = span_px
    stroke_px = _STROKE_MM * px_per_mm
    left = [pulse.box.x1_px for pulse in pulses if abs(pulse.box.x1_px - first_px) < stroke_px]
    right = [pulse.box.x0_px for pulse in pulses if abs(pulse.box.x0_px - last_px) < stroke_px]
    return max([first_px, *(x + stroke_px for x in left)]), min([last_px, *(x - stroke_px for x in right)])


def _reasons(arrangement: Arrangement) -> tuple[str, ...]:
    """What the layout rests on, in words."""
    cells, names = arrangement.shape.cells, arrangement.shape.names
    found = int((names.name_of_cell >= 0).sum())
    n_rows = arrangement.shape.n_main + arrangement.shape.n_rhythm
    rows = f"{n_rows} row{'s' if n_rows > 1 else ''} of trace found"
    if found == 0:
        return rows, "no lead name could be read: the order of the leads is the usual one, please check it"
    return rows, f"{found} of {len(cells)} lead names found"
