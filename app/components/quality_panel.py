"""Signal quality of each lead over time: in words, as a map, and as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from app import state
from app.components.downloads import csv_download, figure_with_downloads
from app.components.text import as_markdown
from ecg_core.figures.quality_bins import FAIR_SHARE, UNUSABLE_SHARE, bin_quality
from ecg_core.figures.quality_map import quality_alt, quality_map
from ecg_core.filtering.gaps import runs
from ecg_core.filtering.quality import QualityReport
from ecg_core.filtering.quality_seconds import DEFECT_WORDS, Defect, SecondsQuality

_NAMED_STRETCHES = 6
_ROWS_SHOWN = 1000


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
            _draw_table(stretches_table(seconds))


def _draw_table(table: pd.DataFrame) -> None:
    if len(table) > _ROWS_SHOWN:
        st.caption(f"The first {_ROWS_SHOWN} of {len(table)} rows; the file has all of them.")
    st.dataframe(table.head(_ROWS_SHOWN), hide_index=True, key="quality_stretches", height=280)
    csv_download(table, key="quality_stretches_csv", filename="signal_quality")


def stretches_table(seconds: SecondsQuality) -> pd.DataFrame:
    """A row for each stretch of a defect, the worst kind first, and for how many of its seconds the lead is not usable."""
    tables = [pd.DataFrame(columns=["Lead", "What", "From (s)", "To (s)", "Not usable (s)"])]
    for defect in Defect:
        unusable = (seconds.unusable & defect) > 0
        for lead, found, not_usable in zip(seconds.leads, seconds.where(defect), unusable, strict=True):
            start, stop = runs(found).T
            so_far = np.append(0, np.cumsum(not_usable))
            if start.size:
                ends = np.minimum(stop, seconds.duration_s).round(3)
                rows = (lead, DEFECT_WORDS[defect], start, ends, so_far[stop] - so_far[start])
                tables.append(pd.DataFrame(dict(zip(tables[0].columns, rows, strict=True))))
    return pd.concat(tables[1:] or tables, ignore_index=True)
