"""A PDF goes through the dashboard as it is: drawn or scanned, its ECG on two of three pages."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.scans import Scan
from ecg_core.leads import STANDARD_LEADS
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord
from tests.app.pdf_pages import drawn_pdf, scanned_pdf
from tests.app.uploads import ROOT, upload


@pytest.mark.parametrize("make", [drawn_pdf, scanned_pdf], ids=["drawn", "scanned"])
def test_pages_of_a_pdf_make_one_record_and_a_letter_is_left_out(
    app: AppTest, make: Callable[[ECGRecord], bytes]
) -> None:
    record = open_ecg(ROOT / "examples" / "ptbxl" / "00185_hr.hea")
    app.file_uploader[0].set_value([upload("ecg.pdf", make(record))]).run(timeout=120)
    assert not app.exception and not app.error
    scan: Scan = app.session_state["chosen_scan"]
    assert [page.found.page.number for page in scan.pages] == [1, 3]
    assert [page.found.layout.name for page in scan.pages] == ["6x1", "6x1"]
    assert any("Page 2 was left out: " in warning.value.replace("\\", "") for warning in app.warning)
    assert scan.document.scale_known
    read = scan.document.record
    assert read.leads == STANDARD_LEADS
    for lead in STANDARD_LEADS:
        truth = np.asarray(record.lead_mv(lead), np.float64)
        seen = np.asarray(read.lead_mv(lead), np.float64)[: truth.size]
        known = np.isfinite(seen)
        assert known.mean() > 0.95
        assert np.corrcoef(seen[known], truth[: seen.size][known])[0, 1] > 0.95
