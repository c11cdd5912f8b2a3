"""Review: layouts, filter settings, calipers, the window of a long recording."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.components.calipers import Caliper, measure_box
from app.components.filter_form import filter_words
from app.components.quality_panel import stretches_table
from app.components.signal_table import signal_table
from app.components.window import clock
from ecg_core.figures.page import arrange
from ecg_core.filtering.quality_seconds import Defect, SecondsQuality
from ecg_core.filtering.settings import FilterResult, FilterSettings
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.record import ECGRecord
from ecg_core.writers import write_wfdb
from tests.app.uploads import Upload, csv_without_time, upload

OpenExample = Callable[[str], AppTest]
TWELVE = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")


def flat_record(seconds: float = 10, leads: tuple[str, ...] = TWELVE) -> ECGRecord:
    return ECGRecord(np.zeros((len(leads), round(500 * seconds)), dtype=np.float32), 500.0, leads)


def apply_filter(app: AppTest) -> AppTest:
    return next(button for button in app.button if button.label == "Apply").click().run()


@pytest.mark.parametrize("layout", ["3x4", "6x2", "12x1", "single"])
def test_every_layout_draws_every_signal(open_example: OpenExample, layout: str) -> None:
    app = open_example("normal")
    app.segmented_control(key="layout_3x4").set_value(layout)
    app.toggle(key="show_beats").set_value(True)
    for signal in ("Filtered", "Raw", "Both"):
        app.segmented_control(key="signal").set_value(signal).run()
        assert not app.exception and not app.error
        assert app.segmented_control(key="layout_3x4").value == layout


def test_twelve_leads_open_as_printed_and_two_leads_one_below_the_other(open_example: OpenExample) -> None:
    app = open_example("normal")
    assert app.segmented_control(key="layout_3x4").value == "3x4"
    app.sidebar.selectbox[0].set_value(next(e for e in list_examples() if e.key == "two_leads")).run()
    assert app.segmented_control(key="layout_12x1").value == "12x1"


def test_filter_settings_change_the_analysis_and_start_afresh_with_the_next_ecg(
    open_example: OpenExample,
) -> None:
    app = open_example("normal")
    before = app.session_state["chosen_analysis"]
    app.checkbox[1].set_value(False)
    mains, low_pass = (
        next(r for r in app.radio if r.label == label) for label in ("Mains interference", "Low-pass")
    )
    mains.set_value("60 Hz")
    low_pass.set_value("40 Hz")
    apply_filter(app)
    after = app.session_state["chosen_analysis"]
    assert after.filtered.settings == FilterSettings(True, None, 60, 40.0)
    assert after.filtered.mains_hz == 60
    assert after.record is before.record
    assert not np.allclose(after.filtered.record.signal_mv, before.filtered.record.signal_mv)
    app.sidebar.selectbox[0].set_value(list_examples()[1]).run()
    assert app.session_state["chosen_analysis"].filtered.settings == FilterSettings()


def test_filter_words_say_what_was_done() -> None:
    record = flat_record()
    assert filter_words(FilterResult(record, FilterSettings(), 50.0)) == (
        "baseline removed, 0.5 Hz high-pass, 50 Hz mains removed"
    )
    off = FilterSettings(remove_baseline=False, high_pass_hz=None, mains_hz=None)
    assert filter_words(FilterResult(record, off, None)) == "no filter"


def test_box_of_25_by_10_mm_is_one_second_and_one_millivolt() -> None:
    page = arrange(flat_record(), "3x4")
    caliper = measure_box(page, flat_record(), {"x": [30.0, 55.0], "y": [90.0, 100.0]})
    assert caliper == Caliper("I", 1.2, 1000.0, 1.0)
    assert caliper.rate_bpm == 60


def test_box_may_be_drawn_in_any_direction() -> None:
    page = arrange(flat_record(), "3x4")
    forward = measure_box(page, flat_record(), {"x": [30.0, 55.0], "y": [90.0, 100.0]})
    assert measure_box(page, flat_record(), {"x": [55.0, 30.0], "y": [100.0, 90.0]}) == forward


@pytest.mark.parametrize(
    ("speed", "gain", "ms", "mv"), [(50, 10, 500, 1.0), (25, 20, 1000, 0.5), (50, 5, 500, 2.0)]
)
def test_calipers_follow_speed_and_gain(speed: float, gain: float, ms: float, mv: float) -> None:
    page = arrange(flat_record(), "single", speed_mm_s=speed, gain_mm_mv=gain)
    caliper = measure_box(page, flat_record(), {"x": [0.0, 25.0], "y": [0.0, 10.0]})
    assert caliper is not None
    assert caliper.interval_ms == pytest.approx(ms)
    assert caliper.amplitude_mv == pytest.approx(mv)


def test_calipers_name_the_lead_and_its_time() -> None:
    page = arrange(flat_record(), "3x4")
    caliper = measure_box(
        page, flat_record(), {"x": [130.0, 140.0], "y": [55.0, 65.0]}
    )  # third column, second row
    assert caliper is not None
    assert caliper.lead == "V2"
    assert caliper.start_s == pytest.approx(130 / 25)


def test_tall_wave_that_reaches_into_the_row_above_keeps_its_lead() -> None:
    record = flat_record()
    signal = record.signal_mv.copy()
    signal[1, 500:510] = 2.5  # lead II, 25 mm high, one second in; the row of lead I is 30 mm above
    tall = record.with_signal(signal)
    page = arrange(tall, "3x4")
    caliper = measure_box(page, tall, {"x": [24.0, 26.0], "y": [80.0, 86.0]})
    assert caliper is not None and caliper.lead == "II"


def test_box_without_width_measures_nothing() -> None:
    assert (
        measure_box(arrange(flat_record(), "3x4"), flat_record(), {"x": [30.0, 30.0], "y": [0.0, 9.0]})
        is None
    )


def test_measurements_are_listed_and_cleared(open_example: OpenExample) -> None:
    app = open_example("normal")
    app.session_state["calipers_1"] = [Caliper("V2", 1.5, 400.0, 0.25)]
    app.run()
    row = app.dataframe[0].value.iloc[0]
    assert row.tolist() == ["V2", 1.5, 400, 150, 0.25]
    assert any("400 ms" in element.value and "150 bpm" in element.value for element in app.html)
    next(button for button in app.button if button.label == "Clear").click().run()
    assert not app.dataframe


def test_long_recording_is_shown_page_by_page(app: AppTest) -> None:
    app.file_uploader[0].set_value([upload("long.csv", csv_without_time(seconds=42))]).run()
    app.number_input(key="answer_fs_hz").set_value(250.0)
    next(button for button in app.button if button.label == "Open with this").click().run()
    start = app.number_input[0]
    assert (start.min, start.max, start.step) == (0, 32, 10)
    start.set_value(30.0).run()
    assert not app.exception
    assert any("0:00:30 to 0:00:40 of 0:00:42" in caption.value for caption in app.caption)


def test_ten_seconds_need_no_window(open_example: OpenExample) -> None:
    assert not open_example("normal").number_input


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00:00"), (75, "0:01:15"), (86_399, "23:59:59")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_filtered_signal_table_has_time_and_millivolts() -> None:
    signal = np.array([[0.1234567, np.nan], [1.0, -2.0]], dtype=np.float32)
    table = signal_table(ECGRecord(signal, 250.0, ("II", "V5")))
    assert table.columns.tolist() == ["time (s)", "II (mV)", "V5 (mV)"]
    assert table.to_csv(index=False).splitlines()[1:] == ["0.0,0.123,1.0", "0.004,,-2.0"]


def test_page_shows_readings_rhythm_and_quality(open_example: OpenExample) -> None:
    app = open_example("atrial_fibrillation")
    html = "".join(element.value for element in app.html)
    assert "Looks like atrial fibrillation" in html
    assert not app.error
    assert any(text.value == "Nothing is wrong in any second of any lead." for text in app.markdown)


def test_loose_and_exchanged_electrodes_are_told_on_the_page(app: AppTest) -> None:
    app.file_uploader[0].set_value(wfdb_of(loose_and_exchanged())).run()
    assert not app.exception
    assert "right and left arm electrodes may be swapped" in app.error[0].value
    assert any("V3 electrode off from 4 to 7 s" in text.value for text in app.markdown)
    table = next(table.value for table in app.dataframe if "What" in table.value)
    off = table[(table["Lead"] == "V3") & (table["What"] == "electrode off")].iloc[0]
    assert (off["From (s)"], off["To (s)"], off["Not usable (s)"]) == (4, 7, 3)


def test_table_of_stretches_counts_the_seconds_not_usable_by_defect() -> None:
    defects, unusable = np.zeros((2, 1, 10), dtype=np.uint8)
    defects[0, 2:6] = np.uint8(Defect.DRIFT)
    unusable[0, 3] = np.uint8(Defect.DRIFT)
    defects[0, 5] |= np.uint8(Defect.FLAT)
    unusable[0, 5] = np.uint8(Defect.FLAT)
    table = stretches_table(SecondsQuality(("II",), 9.5, defects, unusable))
    assert table.to_numpy().tolist() == [["II", "flat", 5.0, 6.0, 1], ["II", "baseline drift", 2.0, 6.0, 1]]


def loose_and_exchanged() -> ECGRecord:
    """The normal example with the arm electrodes exchanged and V3 without contact from 4 to 7 s."""
    normal = open_ecg(list_examples()[0].path)
    lead = {name: normal.lead_mv(name) for name in normal.leads}
    exchanged = lead | {
        "I": -lead["I"],
        "II": lead["III"],
        "III": lead["II"],
        "aVR": lead["aVL"],
        "aVL": lead["aVR"],
    }
    signal = np.stack([exchanged[name] for name in normal.leads])
    loose = slice(round(4 * normal.fs_hz), round(7 * normal.fs_hz))
    signal[normal.leads.index("V3"), loose] += 12.0 * np.random.default_rng(3).choice(
        [-1, 1], loose.stop - loose.start
    )
    return normal.with_signal(signal)


def wfdb_of(record: ECGRecord) -> list[Upload]:
    with TemporaryDirectory() as folder:
        write_wfdb(record, Path(folder), "loose")
        return [upload(path.name, path.read_bytes()) for path in sorted(Path(folder).iterdir())]
