"""All beats over one another: where R stands, what is emphasised, how much is sent."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from ecg_core.annotation.types import CYCLE_R_INDEX, Annotation, Cycles, Waves
from ecg_core.figures.cycles import MAX_BEATS_DRAWN, beats_drawn, cycles_figure, typical_spans
from ecg_core.figures.export import serialized_bytes
from ecg_core.figures.paper import aspect_ratio


def cycles(n_beats: int = 6, height_mv: float = 1.2, left_out: tuple[int, ...] = ()) -> Cycles:
    beats = np.random.default_rng(3).normal(0, 0.02, (n_beats, 512)).astype(np.float32)
    beats[:, CYCLE_R_INDEX] = height_mv
    beats[:, :20] = np.nan
    kept = ~np.isin(np.arange(n_beats), left_out)
    return Cycles("II", beats, np.median(beats, axis=0), kept)


def annotation(n_beats: int = 6, fs_hz: float = 250.0) -> Annotation:
    r = np.arange(1, n_beats + 1) * 250
    around = np.stack([r - 10, r, r + 15], axis=1).astype(float)  # 40 ms before to 60 ms after R
    waves = Waves(p=np.full((n_beats, 3), np.nan), qrs=around, t=around + 50)
    return Annotation(fs_hz, "prominence", r, {"II": waves}, waves, np.zeros(n_beats, dtype=bool))


def trace(fig: go.Figure, name: str) -> Any:
    return next(t for t in fig.data if t.name == name)


def test_r_stands_at_zero_and_a_millivolt_is_ten_millimetres() -> None:
    median = trace(cycles_figure(cycles(height_mv=1.2), annotation(), dark=False), "median beat")
    peak = int(np.nanargmax(median.y))
    assert median.x0 + peak * median.dx == pytest.approx(0)
    assert median.y[peak] == pytest.approx(12)
    assert median.dx * 500 == pytest.approx(25)


def test_median_is_emphasised_and_left_out_beats_are_dotted() -> None:
    fig = cycles_figure(cycles(left_out=(1,)), annotation(), dark=False)
    median, kept, out = (trace(fig, name) for name in ("median beat", "beat 1", "beat 2"))
    assert median.line.width > 2 * kept.line.width
    assert (kept.line.dash, out.line.dash) == ("solid", "dot")


def test_samples_of_neighbouring_beats_stay_undrawn() -> None:
    beat = trace(cycles_figure(cycles(), annotation(), dark=False), "beat 1")
    assert np.isnan(beat.y[:20]).all() and beat.connectgaps is False


def test_spans_are_milliseconds_from_r_and_absent_waves_are_left_out() -> None:
    spans = {span.name: span for span in typical_spans(annotation(), "II", np.ones(6, dtype=bool))}
    assert set(spans) == {"QRS", "T"}
    assert (spans["QRS"].onset_ms, spans["QRS"].offset_ms) == (-40, 60)
    assert (spans["T"].onset_ms, spans["T"].offset_ms) == (160, 260)


def test_spans_rest_on_the_beats_in_the_median_only() -> None:
    marked = annotation()
    marked.lead_waves["II"].qrs[0, 2] += 1000
    without_first = np.arange(6) > 0
    qrs = typical_spans(marked, "II", without_first)[0]
    assert qrs.offset_ms == 60


@pytest.mark.parametrize("lead", ["II", "V9"])
def test_no_beats_in_the_median_or_unknown_lead_give_no_spans(lead: str) -> None:
    nobody = np.zeros(6, dtype=bool)
    assert typical_spans(annotation(), lead, nobody if lead == "II" else ~nobody) == []


def test_spans_are_drawn_to_scale_below_the_beats() -> None:
    fig = cycles_figure(cycles(), annotation(), dark=False)
    bar = trace(fig, "QRS")
    assert np.allclose(bar.x, [-1.0, 1.5])
    lowest = min(np.nanmin(t.y) for t in fig.data if t.name.startswith("beat"))
    assert max(bar.y) < lowest


def test_a_long_recording_draws_a_spread_of_its_beats() -> None:
    assert beats_drawn(7) == list(range(7))
    drawn = beats_drawn(100_000)
    assert len(drawn) == MAX_BEATS_DRAWN
    assert (drawn[0], drawn[-1]) == (0, 99_999)
    assert beats_drawn(0) == []


def test_many_beats_stay_under_half_a_megabyte() -> None:
    assert serialized_bytes(cycles_figure(cycles(2000), annotation(2000), dark=False)) < 500_000


@pytest.mark.parametrize("height_mv", [0.3, 1.2, 6.0])
def test_paper_is_never_taller_than_wide_and_holds_the_median(height_mv: float) -> None:
    fig = cycles_figure(cycles(height_mv=height_mv), annotation(), dark=False)
    assert aspect_ratio(fig) >= 1
    assert fig.layout.yaxis.range[1] > 10 * height_mv
    assert fig.layout.yaxis.scaleanchor == "x"


def test_lead_without_a_single_sample_still_gives_paper() -> None:
    nothing = np.full((2, 512), np.nan, dtype=np.float32)
    empty = Cycles("II", nothing, nothing[0], np.zeros(2, dtype=bool))
    assert aspect_ratio(cycles_figure(empty, annotation(2), dark=True)) >= 1
