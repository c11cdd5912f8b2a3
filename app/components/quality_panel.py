"""Signal quality of each lead over time: in words, as a map, and as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from app import state
from app.components.downloads import figure_with_downloads, table_with_download
from app.components.text import as_markdown
from ecg_core.figures.quality_bins import FAIR_SHARE, UNUSABLE_SHARE, bin_quality
from ecg_core.figures.quality_map import quality_alt, quality_map
from ecg_core.filtering.quality import QualityReport
from ecg_core.filtering.quality_seconds import DEFECT_WORDS, SecondsQuality

_NAMED_STRETCHES = 6


def draw_quality(report: QualityReport) -> None:
    """What is wrong in which lead and when."""
    seconds = report.seconds
    bins = bin_quality(seconds)
    st.subheader("Signal quality by lead and second")
    st.markdown(
        as_markdown(seconds.phrase(_NAMED_STRETCHES)) or "Nothing is wrong in any second of any lead."
    )
    figure_with_downloads(
        quality_map(bins, seconds.duration_s, dark=state.is_dark()),
        key=f"quality_{state.n_opened()}",
        filename="signal_quality",
        alt=quality_alt(seconds),
    )
    if bins.bin_s > 1:
        st.caption(
            f"Each column stands for {bins.bin_s} s: not usable where {UNUSABLE_SHARE:.0%} of it is, fair where "
            f"something is wrong in {FAIR_SHARE:.0%} of it. The table has every second."
        )
    st.caption(
        "Judged as recorded, before the filter. No model sees seconds in which an electrode was off or the signal "
        "far too large."
    )
    if seconds.defects.any():
        with st.expander("What is wrong when, as a table"):
            table_with_download(
                stretches_table(seconds), key="quality_stretches", filename="signal_quality", height=280
            )


def stretches_table(seconds: SecondsQuality) -> pd.DataFrame:
    """A row for each defect that lasts, the worst kind first, and for how many of its seconds the lead is not usable."""
    rows = []
    for stretch in seconds.stretches():
        within = slice(int(stretch.start_s), int(np.ceil(stretch.stop_s)))
        unusable = seconds.unusable[seconds.leads.index(stretch.lead), within] & stretch.defect
        rows.append(
            (
                stretch.lead,
                DEFECT_WORDS[stretch.defect],
                stretch.start_s,
                round(stretch.stop_s, 3),
                int((unusable > 0).sum()),
            )
        )
    return pd.DataFrame(rows, columns=["Lead", "What", "From (s)", "To (s)", "Not usable (s)"])
