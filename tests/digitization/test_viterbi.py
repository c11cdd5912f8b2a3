"""The best path through runs of ink."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecg_core.digitization.candidates import find_bands, find_candidates
from ecg_core.digitization.claims import settle_claims
from ecg_core.digitization.runs import Runs, find_runs
from ecg_core.digitization.types import InkMap
from ecg_core.digitization.viterbi import decode
from tests.digitization.drawn_lines import draw, layout_of, lead_box

SHAPE, SPAN, X = (300, 200), (0.0, 199.0), np.arange(0, 200, 0.5)
PEN_PX = 3.0


def level(y: float, x: NDArray[np.float64] = X) -> NDArray[np.float64]:
    return np.c_[x, np.full(len(x), y)]


def followed(ink: InkMap, *baselines: float) -> tuple[NDArray[np.int64], Runs]:
    layout = layout_of(*(lead_box(f"V{k + 1}", k, y, SPAN) for k, y in enumerate(baselines)))
    bands = find_bands(layout, (), SHAPE[1])
    runs, candidates = find_candidates(find_runs(ink.trace), bands, PEN_PX, 8.0)
    return decode(runs, candidates, bands, 8.0), runs


def settled(ink: InkMap, *baselines: float) -> tuple[NDArray[np.int64], Runs]:
    path, runs = followed(ink, *baselines)
    return settle_claims(path, runs, np.tile(baselines, (SHAPE[1], 1)), PEN_PX, 8.0), runs


def heights(path: NDArray[np.int64], runs: Runs) -> NDArray[np.float64]:
    return np.where(path >= 0, runs.centre_px[path], np.nan)


def test_every_row_follows_its_own_line() -> None:
    path, runs = followed(draw(SHAPE, [level(100), level(160)]), 105.0, 155.0)
    found = heights(path, runs)
    np.testing.assert_allclose(found[0], 100, atol=0.1)
    np.testing.assert_allclose(found[1], 160, atol=0.1)


def test_a_speck_off_the_course_is_not_worth_the_way() -> None:
    ink = draw(SHAPE, [level(100, X[:180]), level(100, X[220:]), level(130, X[198:202])])
    path, runs = followed(ink, 100.0)
    assert np.nanmax(np.abs(heights(path, runs)[0] - 100)) < 1


def test_a_stub_at_the_top_of_a_stroke_does_not_lead_away_when_the_line_is_seen_again() -> None:
    """As where a pulse ends: for some columns the fringe of its plateau is the only ink."""
    pulse = np.array([[0.0, 20.0], [0.0, 100.0]])
    stub, line = level(20, X[:8]), level(100, X[20:])
    path, runs = followed(draw(SHAPE, [pulse, stub, line]), 100.0)
    found = heights(path, runs)[0]
    assert np.isnan(found[5:9]).all()
    np.testing.assert_allclose(found[12:], 100, atol=0.1)
    assert not (found[:5] < 40).any()


def test_a_row_without_ink_does_not_borrow_its_neighbours_line() -> None:
    ink = draw(SHAPE, [level(100, X[:120]), level(100, X[280:]), level(160)])
    path, runs = settled(ink, 100.0, 160.0)
    middle = heights(path, runs)[:, 70:130]
    assert np.isnan(middle[0]).all()
    np.testing.assert_allclose(middle[1], 160, atol=0.1)


def test_a_row_that_begins_faintly_does_not_begin_on_its_neighbours_stroke() -> None:
    """A stroke joins the lines, so that the lower row could come down it from the upper row's at no price."""
    stroke = np.array([[40.0, 100.0], [42.0, 160.0]])
    ink = draw(SHAPE, [level(100), stroke, level(160, X[8:])])
    path, runs = followed(ink, 100.0, 160.0)
    found = heights(path, runs)
    np.testing.assert_allclose(found[1, 10:36], 160, atol=0.1)
    assert np.isnan(found[1, :2]).all()


def test_a_bold_frame_that_a_wave_touches_does_not_lead_a_faint_line_away() -> None:
    wave = np.c_[X, 100 - 60 * np.exp(-(((X - 100) / 4) ** 2))]
    faint, frame = draw(SHAPE, [wave]), draw(SHAPE, [level(40, X[200:])])
    ink = InkMap(np.maximum(0.9 * faint.trace, frame.trace), faint.pulse, faint.text)
    path, runs = followed(ink, 100.0, 200.0)
    np.testing.assert_allclose(heights(path, runs)[0, 120:], 100, atol=0.2)


def test_a_wave_that_reaches_the_next_rows_line_comes_back() -> None:
    wave = np.c_[X, 100 + 62 * np.exp(-(((X - 100) / 15) ** 2))]
    path, runs = followed(draw(SHAPE, [wave, level(160)]), 100.0, 160.0)
    found = heights(path, runs)
    np.testing.assert_allclose(found[0, [60, 140]], np.interp([60, 140], X, wave[:, 1]), atol=0.5)
    np.testing.assert_allclose(found[1, [60, 140]], 160, atol=0.1)


def test_a_stroke_that_no_row_took_goes_to_the_row_that_comes_from_there() -> None:
    """In the middle columns the upper row's S lies below the lower row's line, which both follow there."""
    above, line, below = np.array([[40.0, 95.0], [98.5, 101.5], [110.0, 150.0]])
    edges = np.array([above, line, line, below, line, below, above, line])
    runs = Runs(np.array([0, 0, 1, 1, 2, 2, 3, 3]), edges[:, 0], edges[:, 1], edges.mean(axis=1), np.ones(8))
    runs.bottom_px[0] = runs.bottom_px[6] = 115.0
    path = np.array([[0, 2, 4, 6], [1, 2, 4, 7]])
    settled = settle_claims(path, runs, np.full((4, 2), [60.0, 100.0]), PEN_PX, 8.0)
    np.testing.assert_array_equal(settled, [[0, 3, 5, 6], [1, 2, 4, 7]])
