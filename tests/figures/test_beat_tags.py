"""Tags on beats that are not like the others."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from ecg_core.annotation.types import Annotation, Cycles, Waves
from ecg_core.figures.beat_tags import beat_tags, tag_words
from ecg_core.figures.marks import add_beat_tags
from ecg_core.figures.page import arrange
from ecg_core.figures.theme import LIGHT
from ecg_core.record import ECGRecord
from ecg_core.rhythm.types import RhythmFact, RhythmFacts

N = 5
NOT_FOUND = RhythmFact("irregular", False, "")


def annotation() -> Annotation:
    r_peaks = np.arange(1, N + 1) * 500
    return Annotation(500.0, "learned", r_peaks, {}, Waves.unknown(N), np.zeros(N, dtype=bool))


def mask(*beats: int) -> np.ndarray:
    return np.isin(np.arange(N), beats)


def rhythm(premature: np.ndarray, ventricular: np.ndarray) -> RhythmFacts:
    return RhythmFacts(*[NOT_FOUND] * 8, premature, ventricular)


def cycles(out: np.ndarray) -> Cycles:
    beats = np.zeros((N, 512), dtype=np.float32)
    return Cycles("II", beats, beats[0], ~out)


def test_ventricular_comes_before_early_and_early_before_out() -> None:
    tags = beat_tags(annotation(), rhythm(mask(1, 2), mask(1)), cycles(mask(1, 2, 3)))
    assert tags == ["", "V", "early", "out", ""]
    assert tag_words(tags).count("1 of 5 beats") == 3
    assert tag_words([""] * N) == ""


def test_tags_stand_above_their_beats_that_the_page_shows() -> None:
    ecg = ECGRecord(np.zeros((1, 10_000), dtype=np.float32), 500.0, ("II",))
    early_and_far = replace(annotation(), r_peaks=np.array([500, 1000, 1500, 2000, 9000]))
    fig = go.Figure()
    page = arrange(ecg, "single", rhythm_lead="II")
    add_beat_tags(fig, page, ecg, early_and_far, ["", "V", "", "", "early"], LIGHT)
    (tags,) = fig.data
    assert tags.x == (2.0 * 25,)
    assert tags.text == ("<b>V</b>",)
    assert tags.y[0] > page.strips[0].baseline_mm
