"""Scan: what was digitized goes on to the other pages and is taken away."""

from __future__ import annotations

import numpy as np
from streamlit.testing.v1 import AppTest

from app.components.downloads import zip_of
from ecg_core.readers import NamedBytes, open_ecg
from ecg_core.writers import write_wfdb
from tests.app.scan.scanning import V3, opened, press, select


def test_record_goes_through_the_other_pages_like_any_other(scan: AppTest) -> None:
    scan.switch_page("views/review.py").run()
    analysis = scan.session_state["chosen_analysis"]
    assert analysis.record.source.name == "jane_doe.png"
    assert any("Lowest lead confidence: V3" in note for note in analysis.record.notes)
    assert analysis.annotation.n_beats >= 8
    for page in ("cycles", "potassium"):
        scan.switch_page(f"views/{page}.py").run()
        assert not scan.exception
        assert scan.session_state["chosen_analysis"] is analysis


def test_correction_after_a_look_is_analysed_again_through_the_same_filter(scan: AppTest) -> None:
    scan.switch_page("views/review.py").run()
    next(r for r in scan.radio if r.label == "Low-pass").set_value("40 Hz")
    press(scan, "Apply")
    scan.switch_page("views/scan.py").run()
    select(scan, V3)
    press(scan, "Remove")
    scan.switch_page("views/review.py").run()
    analysis = scan.session_state["chosen_analysis"]
    assert "V3" not in analysis.record.leads
    assert analysis.filtered.settings.low_pass_hz == 40


def test_downloads_are_named_without_the_upload(scan: AppTest) -> None:
    names = [button.proto.url for button in scan.download_button]
    assert len(names) >= 4
    assert not any("jane" in name for name in names)


def test_wfdb_download_holds_the_record(scan: AppTest) -> None:
    record = opened(scan).as_record()
    back = open_ecg((NamedBytes("ecg.zip", zip_of(lambda folder: write_wfdb(record, folder, "ecg"))),))
    assert back.leads == record.leads and back.fs_hz == record.fs_hz
    assert np.allclose(back.signal_mv, record.signal_mv, atol=2e-3, equal_nan=True)
