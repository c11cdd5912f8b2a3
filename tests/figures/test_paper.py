"""ECG paper: 1 s is 25 mm, 1 mV is 10 mm, and nothing is hidden or invented."""

from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecg_core.annotation.types import Annotation, Waves
from ecg_core.figures.export import plotly_config, safe_filename, serialized_bytes
from ecg_core.figures.page import LAYOUTS, PAGE_MM, arrange, default_layout, default_rhythm_lead
from ecg_core.figures.paper import aspect_ratio, paper_figure
from ecg_core.figures.theme import DARK, LIGHT
from ecg_core.figures.thin import thin
from ecg_core.leads import STANDARD_LEADS
from ecg_core.record import ECGRecord

FS_HZ = 500.0


def record(
    seconds: float = 10, fs_hz: float = FS_HZ, leads: tuple[str, ...] = STANDARD_LEADS, **changes: Any
) -> ECGRecord:
    """Noise that never repeats, so that nothing compresses or coincides by chance."""
    noise = np.random.default_rng(7).normal(0, 0.1, (len(leads), round(seconds * fs_hz)))
    return ECGRecord(noise.astype(np.float32), fs_hz, leads, **changes)


def with_spike(base: ECGRecord, lead: str, time_s: float, height_mv: float) -> ECGRecord:
    signal = np.zeros_like(base.signal_mv)
    signal[base.leads.index(lead), round(time_s * base.fs_hz)] = height_mv
    return base.with_signal(signal)


def trace(fig: go.Figure, name: str) -> Any:
    return next(t for t in fig.data if t.name == name)


def x_of(line: Any) -> np.ndarray:
    return line.x0 + line.dx * np.arange(len(line.y))


@pytest.mark.parametrize(("speed", "gain"), [(25, 10), (50, 10), (25, 20), (50, 5)])
def test_a_spike_stands_where_speed_and_gain_put_it(speed: float, gain: float) -> None:
    ecg = with_spike(record(), "II", time_s=2.0, height_mv=1.5)
    page = arrange(ecg, "single", rhythm_lead="II", speed_mm_s=speed, gain_mm_mv=gain)
    line = trace(paper_figure(page, ecg, dark=False), "II")
    peak = int(np.argmax(line.y))
    assert x_of(line)[peak] == pytest.approx(2.0 * speed)
    assert line.y[peak] - page.strips[0].baseline_mm == pytest.approx(1.5 * gain)


def test_columns_follow_each_other_in_time() -> None:
    ecg = with_spike(record(), "V1", time_s=6.0, height_mv=1.0)
    page = arrange(ecg, "3x4")
    line = trace(paper_figure(page, ecg, dark=False), "V1")
    assert x_of(line)[int(np.argmax(line.y))] == pytest.approx(6.0 * 25)
    assert x_of(line)[0] == pytest.approx(125)


def test_window_of_a_long_recording() -> None:
    ecg = with_spike(record(seconds=60), "II", time_s=42.0, height_mv=1.0)
    page = arrange(ecg, "single", start_s=40.0)
    line = trace(paper_figure(page, ecg, dark=False), "II")
    assert len(line.y) == 5000
    assert x_of(line)[int(np.argmax(line.y))] == pytest.approx(50)


def test_three_by_four_is_the_clinical_order() -> None:
    page = arrange(record(), "3x4")
    by_place = {(s.x_mm, s.baseline_mm): s.lead for s in page.strips}
    rows = [[by_place[(x, y)] for x in (0, 62.5, 125, 187.5)] for y in (90, 60, 30)]
    assert rows == [["I", "aVR", "V1", "V4"], ["II", "aVL", "V2", "V5"], ["III", "aVF", "V3", "V6"]]
    assert page.strips[-1].lead == "II" and page.strips[-1].seconds == 10


def test_six_by_two_holds_five_seconds_of_each_lead() -> None:
    page = arrange(record(), "6x2")
    assert [s.lead for s in page.strips] == list(STANDARD_LEADS)
    assert {s.seconds for s in page.strips} == {5}
    assert [s.start_s for s in page.strips] == [0] * 6 + [5] * 6


def test_absent_leads_leave_their_place_empty() -> None:
    page = arrange(record(leads=("I", "II", "V2")), "3x4")
    assert [s.lead for s in page.strips] == ["I", "II", "V2", "II"]


def test_other_leads_appear_one_below_the_other() -> None:
    ecg = record(leads=("II", "MCL1"))
    assert default_layout(ecg.leads) == "12x1"
    assert [s.lead for s in arrange(ecg, "12x1").strips] == ["II", "MCL1"]
    assert default_rhythm_lead(("V1", "V2")) == "V1"


def test_short_recording_shows_the_same_seconds_in_every_column() -> None:
    page = arrange(record(seconds=3), "3x4")
    assert page.simultaneous
    assert {s.start_s for s in page.strips} == {0}
    assert not arrange(record(seconds=10), "3x4").simultaneous


@given(st.sampled_from(LAYOUTS), st.sampled_from([25, 50]), st.sampled_from([5, 10, 20]))
def test_baselines_lie_on_the_five_millimetre_grid(layout: Any, speed: float, gain: float) -> None:
    page = arrange(record(seconds=2.0), layout, speed_mm_s=speed, gain_mm_mv=gain)
    assert all(s.baseline_mm % 5 == 0 for s in page.strips)
    assert all(s.x_mm + s.seconds * speed <= PAGE_MM + 1e-9 for s in page.strips)


@given(st.sampled_from(LAYOUTS), st.integers(0, 11), st.floats(0.0, 0.99))
def test_every_place_on_a_strip_leads_back_to_it(layout: Any, index: int, share: float) -> None:
    page = arrange(record(), layout)
    strip = page.strips[index % len(page.strips)]
    x_mm = strip.x_mm + share * strip.seconds * page.speed_mm_s
    found = page.nearest(x_mm, strip.baseline_mm + 2)
    assert found == strip
    assert page.time_s(found, x_mm) == pytest.approx(strip.start_s + share * strip.seconds)


def test_millimetres_are_square_and_ruled_at_one_and_five() -> None:
    fig = paper_figure(arrange(record(), "3x4"), record(), dark=False)
    x, y = fig.layout.xaxis, fig.layout.yaxis
    assert (y.scaleanchor, y.scaleratio) == ("x", 1)
    for axis in (x, y):
        assert (axis.dtick, axis.minor.dtick) == (5, 1)
        assert axis.showgrid and axis.minor.showgrid
    assert not fig.layout.shapes  # a grid of shapes would be slow
    assert aspect_ratio(fig) == pytest.approx((x.range[1] - x.range[0]) / (y.range[1] - y.range[0]))


def test_gaps_stay_gaps() -> None:
    signal = record().signal_mv.copy()
    signal[1, 1000:1500] = np.nan
    ecg = record().with_signal(signal)
    line = trace(paper_figure(arrange(ecg, "single", rhythm_lead="II"), ecg, dark=False), "II")
    assert line.connectgaps is False
    assert np.isnan(line.y[1000:1500]).all()
    assert np.isfinite(np.delete(line.y, slice(1000, 1500))).all()


def test_lead_without_any_sample_is_drawn_as_nothing() -> None:
    ecg = record().with_signal(np.full((12, 5000), np.nan, dtype=np.float32))
    fig = paper_figure(arrange(ecg, "3x4"), ecg, dark=False)
    assert np.isnan(trace(fig, "V1").y).all()


def test_derived_leads_are_labelled() -> None:
    ecg = record(derived_leads=frozenset({"III", "aVF"}))
    texts = [note.text for note in paper_figure(arrange(ecg, "3x4"), ecg, dark=False).layout.annotations]
    assert [text for text in texts if "derived" in text] == [
        "<b>III</b> <i>derived</i>",
        "<b>aVF</b> <i>derived</i>",
    ]


def test_speed_gain_and_filter_are_printed() -> None:
    page = arrange(record(), "3x4", speed_mm_s=50, gain_mm_mv=20)
    texts = [
        note.text for note in paper_figure(page, record(), dark=False, caption="no filter").layout.annotations
    ]
    assert "50 mm/s   20 mm/mV   no filter" in texts


def test_a_simulated_ecg_says_so_on_its_paper() -> None:
    def words(ecg: ECGRecord) -> str:
        fig = paper_figure(arrange(ecg, "3x4"), ecg, dark=False)
        return " ".join(note.text for note in fig.layout.annotations)

    assert "SIMULATED ECG" in words(record(simulated=True))
    assert "SIMULATED" not in words(record())


def test_calibration_pulse_is_one_millivolt_high_and_five_millimetres_wide() -> None:
    page = arrange(record(), "single", gain_mm_mv=20)
    pulse = trace(paper_figure(page, record(), dark=False), "1 mV calibration")
    assert max(pulse.y[:6]) - min(pulse.y[:6]) == 20
    top = [x for x, y in zip(pulse.x[:6], pulse.y[:6], strict=True) if y == 20]
    assert max(top) - min(top) == 5


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("seconds", "fs_hz"), [(10, 500), (10, 1000), (10, 10_000), (600, 500)])
def test_a_page_with_the_raw_signal_beneath_stays_under_one_megabyte(
    layout: Any, seconds: float, fs_hz: float
) -> None:
    ecg = record(seconds, fs_hz)
    fig = paper_figure(arrange(ecg, layout), ecg, dark=False, underlay=ecg)
    assert serialized_bytes(fig) < 1_000_000


def test_lines_are_svg_and_single_precision() -> None:
    fig = paper_figure(arrange(record(), "12x1"), record(), dark=False)
    assert {t.type for t in fig.data} == {"scatter"}
    assert trace(fig, "V1").y.dtype == np.float32
    assert trace(fig, "V1").x is None


def beats(n_beats: int = 4, r_only: int | None = None) -> Annotation:
    r = np.arange(n_beats) * 500 + 250
    qrs = np.stack([r - 25, r, r + 25], axis=1).astype(float)
    waves = Waves(p=qrs - 80, qrs=qrs, t=qrs + 150)
    alone = np.arange(n_beats) == r_only
    return Annotation(FS_HZ, "prominence", r, {"II": waves}, waves, alone)


def test_r_peaks_are_marked_above_the_trace_and_r_only_beats_differ_in_shape() -> None:
    ecg = record()
    fig = paper_figure(arrange(ecg, "single", rhythm_lead="II"), ecg, dark=False, beats=beats(r_only=2))
    found, alone = trace(fig, "R peak"), trace(fig, "R only")
    assert np.allclose(found.x, [12.5, 37.5, 87.5])
    assert np.allclose(alone.x, [62.5])
    assert found.marker.symbol != alone.marker.symbol
    line = trace(fig, "II")
    assert all(y > line.y[round(x / 25 * FS_HZ)] for x, y in zip(found.x, found.y, strict=True))


@pytest.mark.parametrize("fs_hz", [FS_HZ, 10_000.0])  # the second is thinned
def test_waves_are_coloured_from_onset_to_offset_only(fs_hz: float) -> None:
    ecg = record(fs_hz=fs_hz)
    fig = paper_figure(arrange(ecg, "single", rhythm_lead="II"), ecg, dark=False, waves=beats())
    for name, first_s in (("P", 0.29), ("QRS", 0.45), ("T", 0.75)):
        line = trace(fig, name)
        drawn_s = x_of(line)[np.isfinite(line.y)] / 25
        first_beat = drawn_s[drawn_s < 1.2]
        assert first_beat.min() == pytest.approx(first_s, abs=0.003)
        assert first_beat.max() == pytest.approx(first_s + 0.1, abs=0.003)


def test_light_and_dark_differ_in_paper_and_ink() -> None:
    page = arrange(record(), "3x4")
    light, dark = (paper_figure(page, record(), dark=dark) for dark in (False, True))
    assert (light.layout.plot_bgcolor, dark.layout.plot_bgcolor) == (LIGHT.paper, DARK.paper)
    assert trace(light, "I").line.color != trace(dark, "I").line.color


@given(arrays(np.float32, st.integers(1, 400), elements=st.floats(-5, 5, width=32)), st.integers(4, 60))
def test_thinning_keeps_extremes_and_length(y: np.ndarray, max_points: int) -> None:
    thinned, step = thin(y, max_points)
    assert thinned.size <= max(max_points, 1) + 2
    assert thinned.max() == y.max() and thinned.min() == y.min()
    assert abs(thinned.size * step / 2 - y.size) < step


@given(st.integers(0, 90), st.integers(1, 10))
def test_thinning_moves_a_peak_by_less_than_its_step(place: int, height: int) -> None:
    y = np.zeros(100, dtype=np.float32)
    y[place] = height
    thinned, step = thin(y, 20)
    assert abs(int(np.argmax(thinned)) * step / 2 - place) < step


def test_thinning_keeps_gaps() -> None:
    y = np.ones(1000, dtype=np.float32)
    y[200:600] = np.nan
    y[700] = np.nan
    thinned, step = thin(y, 100)
    gap = np.arange(thinned.size)[np.isnan(thinned)] * step / 2
    assert gap.min() == 200 and gap.max() < 600
    assert np.isnan(thinned).sum() == 400 / step * 2


@pytest.mark.parametrize(
    ("text", "name"), [("II, V5", "II_V5"), ("../../etc", "etc"), ("", "kalium"), ("a b/c", "a_b_c")]
)
def test_file_names_are_safe(text: str, name: str) -> None:
    assert safe_filename(text) == name
    assert plotly_config(text)["toImageButtonOptions"]["filename"] == f"kalium_research_{name}"


def test_a_bare_page_is_not_changed_by_drawing() -> None:
    ecg = record()
    page = arrange(ecg, "3x4")
    before = replace(page)
    paper_figure(page, ecg, dark=False)
    assert page == before


@pytest.mark.parametrize("dark", [False, True])
def test_an_estimated_lead_is_dotted_in_its_own_colour_and_says_so(dark: bool) -> None:
    ecg = record(estimated_leads=frozenset({"V3"}), derived_leads=frozenset({"aVF"}))
    fig = paper_figure(arrange(ecg, "3x4"), ecg, dark=dark)
    assert [t.name for t in fig.data if t.line.dash == "dot"] == ["V3"]
    assert trace(fig, "V3").line.color != trace(fig, "V2").line.color
    names = [note.text for note in fig.layout.annotations if "estimated" in note.text]
    assert len(names) == 1
    assert names[0].startswith("<b>V3</b>")


def test_remarks_stand_beside_their_lead_and_pale_leads_are_drawn_so() -> None:
    ecg = record(estimated_leads=frozenset({"V2", "V3"}))
    fig = paper_figure(arrange(ecg, "3x4"), ecg, dark=False, remarks={"V3": "r 0.61 (0.40)"}, pale=("V3",))
    pale, other = trace(fig, "V3").line, trace(fig, "V2").line
    assert pale.dash == other.dash == "dot" and pale.width < other.width and pale.color != other.color
    names = [note.text for note in fig.layout.annotations if "r 0.61 (0.40)" in note.text]
    assert len(names) == 1 and names[0].startswith("<b>V3</b>")
