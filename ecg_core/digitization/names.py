"""Which printed name belongs to which cell of a layout, and what it says about the lead there.

On one page the names stand at the same distance from the beginnings of their leads, but for the first column, which
may have them beside the pulse. These distances are found first: those at which most names have a cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from ecg_core.digitization.types import PrintedText
from ecg_core.leads import STANDARD_LEADS

_LEAST_SCORE = 0.15  # of being any lead name
_REACH_MM = (-6.0, 32.0)  # of a name's middle from the beginning of its lead
_REACH_FIRST_MM = (-20.0, 32.0)  # the same in the first column, where it may stand beyond the pulse
_REACH_Y_MM = 22.0  # of a name's middle from the baseline
_USUAL_MM = (3.0, -5.0)  # the same, as it mostly is
_SPREAD_MM = (3.0, 1.8)  # how exactly the distance is kept
_LEAST_FIT = 0.02  # that a name still has to its cell
_RIVAL = 0.6  # of the votes for the best distance: what the one on the other side needs
_MISREAD = 0.08  # probability that a name that was read is another
_NAME_LOST = np.log(0.25)  # a cell whose name was not found though others were
_SURE = 0.5  # probability from which a name is read for sure
_ENOUGH_SURE = 3  # so many of them show that names can be read on a page; fewer may be other words
_NAME_HOMELESS = np.log(0.12)  # a name, surely read, that has no cell


@dataclass(frozen=True, eq=False)
class Names:
    """The candidates for lead names of a page: their middle `(n, 2)`, and a probability per lead `(n, 12)`."""

    place_px: NDArray[np.float64]
    scores: NDArray[np.float64]
    minus: NDArray[np.bool_]  # `(n,)`, a minus stands before the name


@dataclass(frozen=True, eq=False)
class CellNames:
    """What the names say: log-likelihood ratio per cell and lead `(cells, 12)`, and which name each cell has (or -1).

    `minus` `(cells,)` is True where a minus stands before it.
    """

    evidence: NDArray[np.float64]
    name_of_cell: NDArray[np.int64]
    minus: NDArray[np.bool_]
    score: float  # of the arrangement as a whole, whatever the leads are


def lead_names(texts: Sequence[PrintedText]) -> Names:
    """The pieces of print that may be lead names."""
    likely = [text for text in texts if sum(text.lead_scores.values()) >= _LEAST_SCORE]
    return Names(
        place_px=np.array(
            [
                ((text.box.x0_px + text.box.x1_px) / 2, (text.box.y0_px + text.box.y1_px) / 2)
                for text in likely
            ]
        ).reshape(-1, 2),
        scores=np.array(
            [[text.lead_scores.get(lead, 0.0) for lead in STANDARD_LEADS] for text in likely]
        ).reshape(-1, len(STANDARD_LEADS)),
        minus=np.array([text.text.strip()[:1] in ("-", "–", "−") for text in likely], bool),
    )


def names_of_cells(
    names: Names,
    cells_px: NDArray[np.float64],
    first_column: NDArray[np.bool_],
    row_spacing_px: float,
    px_per_mm: float,
) -> Iterator[CellNames]:
    """Give each cell its name, in up to two ways: where rows are close, names may be those above or below them.

    `cells_px` `(cells, 2)` are where the leads begin: left end, baseline; `first_column` `(cells,)` tells which of
    them begin a row.
    """
    sure = names.scores.sum(1)
    offset_mm = (names.place_px[:, None] - cells_px[None]) / px_per_mm  # (names, cells, 2)
    reach_y = min(_REACH_Y_MM, 0.95 * row_spacing_px / px_per_mm)
    fit = np.zeros((len(sure), len(cells_px)))
    for centre in _distances(offset_mm[:, ~first_column], sure, _REACH_MM, reach_y)[:1]:
        fit[:, ~first_column] = _fit(offset_mm[:, ~first_column], centre)
    for centre in _distances(offset_mm[:, first_column], sure, _REACH_FIRST_MM, reach_y) or [np.zeros(2)]:
        fit[:, first_column] = _fit(offset_mm[:, first_column], centre)
        yield _matched(fit, names)


def _matched(fit: NDArray[np.float64], names: Names) -> CellNames:
    """Each name to at most one cell, so that the fit `(names, cells)` is best."""
    name, cell = linear_sum_assignment(-fit)
    kept = fit[name, cell] > _LEAST_FIT
    name, cell = name[kept], cell[kept]
    name_of_cell = np.full(fit.shape[1], -1)
    name_of_cell[cell] = name
    evidence = np.zeros((fit.shape[1], len(STANDARD_LEADS)))
    evidence[cell] = _evidence(names.scores[name])
    sure = names.scores.sum(1)
    homeless = sure.sum() - sure[name].sum()
    lost = (fit.shape[1] - len(cell)) * min(1.0, (sure > _SURE).sum() / _ENOUGH_SURE)
    score = np.log(fit[name, cell]).sum() + _NAME_HOMELESS * homeless + _NAME_LOST * lost
    minus = np.zeros(fit.shape[1], bool)
    minus[cell] = names.minus[name]
    return CellNames(evidence, name_of_cell, minus, float(score))


def _distances(
    offset_mm: NDArray[np.float64], sure: NDArray[np.float64], reach_x: tuple[float, float], reach_y: float
) -> list[NDArray[np.float64]]:
    """The distances of names from their cells that suit most of them: the best, and the best on the other side."""
    x, y = offset_mm[..., 0], offset_mm[..., 1]
    near = (x > reach_x[0]) & (x < reach_x[1]) & (abs(y) < reach_y)
    candidates, weight = offset_mm[near], np.repeat(sure, near.sum(1))
    if not len(candidates):
        return []
    closeness = np.exp(-0.5 * (((candidates[:, None] - candidates[None]) / _SPREAD_MM) ** 2).sum(2))
    unusual = np.hypot(*(candidates - _USUAL_MM).T) / _REACH_Y_MM
    votes = (closeness @ weight) * (1 - 0.2 * unusual)
    best = int(np.argmax(votes))
    other_side = np.where(candidates[:, 1] * candidates[best, 1] < 0, votes, 0.0)
    chosen = [best] + ([int(np.argmax(other_side))] if other_side.max() > _RIVAL * votes[best] else [])
    return [np.average(candidates, axis=0, weights=closeness[k] * weight) for k in chosen]


def _fit(offset_mm: NDArray[np.float64], centre_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """How well each name stands to each cell `(names, cells)`, 0 to 1."""
    fit: NDArray[np.float64] = np.exp(-0.5 * (((offset_mm - centre_mm) / _SPREAD_MM) ** 2).sum(2))
    return fit


def _evidence(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """`(n, 12)` probabilities of names to log-likelihood ratios, with room for misreading."""
    n_leads = scores.shape[1]
    likely = (1 - _MISREAD) * scores + _MISREAD / n_leads
    ratio: NDArray[np.float64] = np.log(likely * n_leads)
    return ratio
