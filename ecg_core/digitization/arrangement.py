"""Which layout a page has: every known one is scored by its rows, its names and the breaks in its traces.

Scores are log-likelihoods up to a constant. Beside the known layouts stands the free order, in which each cell has
the lead that its name says; it wins only where names contradict every known order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.special import logsumexp

from ecg_core.digitization.border_marks import marked_bounds
from ecg_core.digitization.columns import boundary_share, possible_bounds
from ecg_core.digitization.layouts import KnownLayout, known_layouts
from ecg_core.digitization.names import CellNames, Names, names_of_cells
from ecg_core.digitization.rows import Row
from ecg_core.digitization.types import InkMap
from ecg_core.leads import STANDARD_LEADS

_FREE_ORDER = -1.5  # for each lead
_UNKNOWN_SHAPE = -6.0
_OTHER_SPAN = -0.2  # where fewer rows begin or end there
_UNEVEN, _MOST_UNEVEN_MM = (
    0.3,
    4.0,
)  # price of names unevenly far from where their leads begin, per mm squared
_BOUNDS_SEEN = 6.0
_RHYTHM = {"II": 0.6, "V1": 0.15, "V5": 0.1}  # how often a lead is the rhythm strip
_RHYTHM_OTHER = 0.15 / 9
_USUAL_LEAD = 1.0  # what a known order counts for in a free one


@dataclass(frozen=True, eq=False)
class PageEvidence:
    """What is known of a page: its rows, its names, its ink, its scale.

    `spans_px` are the places from where to where its rows may run, the likeliest first.
    """

    rows: Sequence[Row]
    spans_px: Sequence[tuple[float, float]]
    names: Names
    ink: InkMap
    px_per_mm: float
    millimetres_known: bool


@dataclass(frozen=True)
class Cell:
    """A place for a lead: number of its row and its column."""

    row: int
    column: int
    rhythm: bool = False


@dataclass(frozen=True, eq=False)
class Shape:
    """How rows are divided: `n_main` rows of leads, whose columns lie between `bounds_px`, above rhythm strips."""

    n_main: int
    n_rhythm: int
    bounds_px: NDArray[np.float64]
    names: CellNames
    score: float

    @property
    def n_columns(self) -> int:
        """Leads in a row."""
        return len(self.bounds_px) - 1

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Row by row; the order of `names`."""
        return _cells(self.n_main, self.n_columns, self.n_rhythm)


@dataclass(frozen=True, eq=False)
class Arrangement:
    """The best interpretation of a page. `leads` and `probability` go by `shape.cells`."""

    name: str
    shape: Shape
    leads: tuple[str, ...]
    inverted: str | None
    free: bool  # the order is that of the names, no known one
    probability: NDArray[np.float64]
    confidence: float


@dataclass(frozen=True, eq=False)
class _Candidate:
    score: float
    name: str
    shape: Shape
    leads: tuple[str, ...]  # of the main rows, row by row
    inverted: str | None = None
    free: bool = False


def best_arrangement(page: PageEvidence, wanted: Sequence[KnownLayout] = ()) -> Arrangement:
    """Choose among the known layouts with so many rows, or among those `wanted`. There must be at least one row."""
    layouts = tuple(wanted) or known_layouts(len(page.rows))
    candidates = []
    for n_main, n_columns, n_rhythm in _shapes(layouts, len(page.rows), free=not wanted):
        for shape in _placed(n_main, n_columns, n_rhythm, page):
            candidates += list(_candidates(shape, layouts))
    best = max(candidates, key=lambda candidate: candidate.score)
    found = _arrangement(best, candidates)
    bounds_px = marked_bounds(
        found.shape.bounds_px, page.rows[: found.shape.n_main], page.ink, page.px_per_mm
    )
    return replace(found, shape=replace(found.shape, bounds_px=bounds_px))


def _shapes(layouts: Sequence[KnownLayout], n_rows: int, free: bool) -> Sequence[tuple[int, int, int]]:
    known = [(len(layout.rows), layout.n_columns, layout.rhythm) for layout in layouts]
    other = [(n_rows, n, 0) for n in (1, 2, 4) if n * n_rows <= len(STANDARD_LEADS)] if free else []
    n_main = min(n_rows, len(STANDARD_LEADS))
    fallback = [(n_main, 1, n_rows - n_main)] if free else []
    return tuple(dict.fromkeys(known + other + fallback))


def _cells(n_main: int, n_columns: int, n_rhythm: int) -> tuple[Cell, ...]:
    main = [Cell(row, column) for row in range(n_main) for column in range(n_columns)]
    return tuple(main + [Cell(n_main + strip, 0, True) for strip in range(n_rhythm)])


def _placed(n_main: int, n_columns: int, n_rhythm: int, page: PageEvidence) -> Iterator[Shape]:
    """The shape at each of the places that its columns may have."""
    cells = _cells(n_main, n_columns, n_rhythm)
    gaps_px = np.diff([row.baseline_px for row in page.rows])
    spacing_px = float(np.median(gaps_px)) if gaps_px.size else np.inf
    share = boundary_share(page.rows[:n_main] if n_columns > 1 else (), page.ink, page.px_per_mm)
    first_column = np.array([cell.column == 0 for cell in cells])
    for number, span_px in enumerate(page.spans_px):
        for bounds in possible_bounds(
            span_px, n_columns, share, page.names.place_px, page.px_per_mm, page.millimetres_known
        ):
            places_px = np.array(
                [(bounds.x_px[cell.column], page.rows[cell.row].baseline_px) for cell in cells]
            )
            score = _BOUNDS_SEEN * bounds.clear + bounds.plausibility + _OTHER_SPAN * (number > 0)
            for said in names_of_cells(page.names, places_px, first_column, spacing_px, page.px_per_mm):
                even = _UNEVEN * _unevenness_mm(said, cells, places_px[:, 0], page) ** 2
                yield Shape(n_main, n_rhythm, bounds.x_px, said, score + said.score - even)


def _unevenness_mm(
    said: CellNames, cells: Sequence[Cell], x0_px: NDArray[np.float64], page: PageEvidence
) -> float:
    """By how much the names of some columns stand further from where their leads begin than those of others."""
    offsets: dict[int, list[float]] = {}
    for cell, name, start_px in zip(cells, said.name_of_cell, x0_px, strict=True):
        if name >= 0 and not cell.rhythm:
            offsets.setdefault(cell.column, []).append(float(page.names.place_px[name, 0] - start_px))
    middle_mm = [float(np.median(of_column)) / page.px_per_mm for of_column in offsets.values()]
    return min(float(np.std(middle_mm)), _MOST_UNEVEN_MM) if len(middle_mm) > 1 else 0.0


def _candidates(shape: Shape, layouts: Sequence[KnownLayout]) -> Iterator[_Candidate]:
    """All orders of leads in a shape."""
    n_cells = shape.n_main * shape.n_columns
    evidence = shape.names.evidence[:n_cells]
    score = shape.score + float(logsumexp(shape.names.evidence[n_cells:] + _log_rhythm(), axis=1).sum())
    fitting = [
        layout
        for layout in layouts
        if (len(layout.rows), layout.n_columns, layout.rhythm)
        == (shape.n_main, shape.n_columns, shape.n_rhythm)
    ]
    usual = np.zeros_like(evidence)
    best = -np.inf
    for layout in fitting:
        leads = tuple(lead for row in layout.rows for lead in row)
        at = (np.arange(n_cells), [STANDARD_LEADS.index(lead) for lead in leads])
        said = float(evidence[at].sum()) + layout.plausibility
        if said > best:
            best = said
            usual = np.zeros_like(evidence)
            usual[at] = _USUAL_LEAD
        yield _Candidate(score + said, layout.name, shape, leads, layout.inverted)
    if n_cells > len(STANDARD_LEADS):
        return
    cell, lead = linear_sum_assignment(-(evidence + usual))
    leads = tuple(STANDARD_LEADS[k] for k in lead)
    rarity = _FREE_ORDER * (n_cells + 1) + (
        max(layout.plausibility for layout in fitting) if fitting else _UNKNOWN_SHAPE
    )
    name = f"{shape.n_main}x{shape.n_columns}" + (f"+{shape.n_rhythm}" if shape.n_rhythm else "")
    yield _Candidate(score + float(evidence[cell, lead].sum()) + rarity, name, shape, leads, free=True)


def _arrangement(best: _Candidate, candidates: Sequence[_Candidate]) -> Arrangement:
    scores = np.array([candidate.score for candidate in candidates])
    alike = np.array([c.leads == best.leads and c.shape.n_rhythm == best.shape.n_rhythm for c in candidates])
    confidence = float(np.exp(logsumexp(scores[alike]) - logsumexp(scores)))
    n_cells = len(best.leads)
    probability = np.full(n_cells, confidence)
    if best.free:
        nameless = best.shape.names.name_of_cell[:n_cells] < 0
        open_leads = len(STANDARD_LEADS) - n_cells + nameless.sum()
        probability[nameless] /= max(1, open_leads)
    strips, of_strips = _rhythm_leads(best.shape.names.evidence[n_cells:])
    return Arrangement(
        name=best.name,
        shape=best.shape,
        leads=(*best.leads, *strips),
        inverted=best.inverted,
        free=best.free,
        probability=np.concatenate([probability, of_strips]),
        confidence=float(probability.mean()),
    )


def _log_rhythm() -> NDArray[np.float64]:
    return np.log([_RHYTHM.get(lead, _RHYTHM_OTHER) for lead in STANDARD_LEADS])


def _rhythm_leads(evidence: NDArray[np.float64]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """The leads of the rhythm strips, all different, and how probable each is."""
    if not len(evidence):
        return (), np.zeros(0)
    belief = evidence + _log_rhythm()
    strip, lead = linear_sum_assignment(-belief)
    probability = np.exp(belief - logsumexp(belief, axis=1, keepdims=True))
    return tuple(STANDARD_LEADS[k] for k in lead), probability[strip, lead]
