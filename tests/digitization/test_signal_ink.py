import numpy as np
import pytest

from ecg_core.digitization.signal_ink import signal_ink
from ecg_core.digitization.types import Box, InkMap, Layout, LeadBox, PrintedText

PX_PER_MM = 8.0
BASELINES_PX = (100, 240, 380)
BORDER_PX = 200


def flat_lines() -> np.ndarray:
    """Three rows of a flat line, three pixels thick."""
    trace = np.zeros((480, 400), np.float32)
    for y in BASELINES_PX:
        trace[y - 1 : y + 2, 20:380] = 1
    return trace


def two_columns(rows: int = 3) -> Layout:
    boxes = tuple(
        LeadBox(f"{row}{column}", row, column, Box(x0, y - 60, x1, y + 60), y)
        for row, y in enumerate(BASELINES_PX[:rows])
        for column, (x0, x1) in enumerate([(20, BORDER_PX), (BORDER_PX, 380)])
    )
    return Layout("3x2", boxes, (), 20.0, 1.0)


def ink_of(trace: np.ndarray, text: np.ndarray | None = None) -> InkMap:
    nothing = np.zeros_like(trace)
    return InkMap(trace, nothing, nothing if text is None else text)


def cleaned(trace, text=None, texts=(), layout=None):
    return signal_ink(ink_of(trace, text), texts, layout or two_columns(), PX_PER_MM)


def test_bars_between_leads_are_taken_out_and_the_lines_stay():
    trace = flat_lines()
    lines = trace.copy()
    for y in BASELINES_PX:
        trace[y - 25 : y + 25, BORDER_PX - 3 : BORDER_PX + 3] = 1
    line = cleaned(trace).line
    assert line[:, BORDER_PX - 3 : BORDER_PX + 3].max() == 0
    away = np.r_[0 : BORDER_PX - 6, BORDER_PX + 6 : 400]
    np.testing.assert_array_equal(line[:, away], lines[:, away])


def test_a_qrs_at_the_border_of_one_lead_stays():
    trace = flat_lines()
    trace[BASELINES_PX[1] - 40 : BASELINES_PX[1], BORDER_PX : BORDER_PX + 2] = 1
    np.testing.assert_array_equal(cleaned(trace).line, trace)


def test_qrs_complexes_of_different_heights_are_no_bars():
    trace = flat_lines()
    for y, height in zip(BASELINES_PX, (20, 45, 70), strict=True):
        trace[y - height : y, BORDER_PX : BORDER_PX + 2] = 1
    np.testing.assert_array_equal(cleaned(trace).line, trace)


def name_at(y0: int, legible: bool = True) -> PrintedText:
    scores = {"V1": 0.9} if legible else {}
    return PrintedText(Box(60, y0, 90, y0 + 20), "V1" if legible else "", 0.0, scores)


@pytest.mark.parametrize("legible", [True, False])
def test_print_is_out_of_the_way_once_it_is_read(legible):
    text = np.zeros((480, 400), np.float32)
    text[150:170, 60:90] = 1
    line = cleaned(flat_lines(), text, [name_at(150, legible)]).line
    assert (line[150:170, 60:90] == 0).all() == legible


def test_bits_of_letters_taken_for_trace_go_with_their_name():
    trace = flat_lines()
    trace[155:160, 62:66] = 1
    assert cleaned(trace, texts=[name_at(150)]).line[150:170, 60:90].max() == 0


def test_a_wave_that_runs_through_a_name_stays_whole():
    trace, text = flat_lines(), np.zeros((480, 400), np.float32)
    trace[102:150, 74:77] = 1  # an S wave comes down, is taken for print between 150 and 170, and goes on
    text[150:170, 74:77] = 1
    trace[170:180, 74:77] = 1
    assert cleaned(trace, text, [name_at(150)]).line[102:180, 74:77].min() == 1


def test_what_was_found_is_not_changed():
    trace = flat_lines()
    ink = ink_of(trace, np.ones_like(trace))
    signal_ink(ink, [name_at(150)], two_columns(), PX_PER_MM)
    assert ink.text.min() == 1
