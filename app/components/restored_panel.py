"""The leads that were not recorded, as they are estimated from those that were."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from app import state
from app.components.downloads import csv_download, figure_with_downloads, table_with_download
from app.components.signal_table import signal_table
from app.components.text import as_markdown
from app.components.twelve_lead_models import installed_restorer
from ecg_core.analysis import Analysis
from ecg_core.errors import ECGError
from ecg_core.figures.page import arrange
from ecg_core.figures.paper import aspect_ratio, paper_figure
from ecg_core.leads import STANDARD_LEADS
from ecg_core.twelve_lead.restore import RestoredLeads, restore

_KEPT = "restored_leads"


def draw_restored(analysis: Analysis) -> None:
    """All twelve leads where some were not recorded, the estimated ones dotted; nothing where none is missing."""
    record = analysis.filtered.record
    if all(lead in record.leads for lead in STANDARD_LEADS):
        return
    st.subheader("Restored leads: estimated, not recorded")
    try:
        restored = _restored(analysis)
    except ECGError as error:
        st.info(f"**Leads cannot be estimated here.** {as_markdown(str(error))}", icon=":material/info:")
        return
    st.warning(
        f"**Estimated: {', '.join(restored.estimated)}** from {', '.join(restored.measured)}. An estimate is nearer to "
        f"the usual than the patient's own lead is: no finding may rest on it.{_poorly(restored)}",
        icon=":material/warning:",
    )
    _draw_paper(restored)
    _draw_expected(restored)


def _poorly(restored: RestoredLeads) -> str:
    """Which of the leads are hardly more than a guess."""
    if not restored.poor:
        return ""
    return (
        f" **Poorly estimated, and drawn pale: {', '.join(restored.poor)}.** In one test ECG of ten half or more of what "
        "the true lead shows is missing or wrong, or these leads were not tested."
    )


def _draw_paper(restored: RestoredLeads) -> None:
    page = arrange(restored.record, "3x4")
    remarks = {
        lead: f"r {row.r:.2f} ({row.low_r:.2f})"
        for lead, row in restored.expected.items()
        if math.isfinite(row.r)
    }
    fig = paper_figure(
        page,
        restored.record,
        dark=state.is_dark(),
        caption="dotted: estimated, pale: poorly; r: median correlation in test ECGs (one in ten below)",
        remarks=remarks,
        pale=restored.poor,
    )
    figure_with_downloads(
        fig,
        key=f"restored_{state.n_opened()}",
        filename="ecg_with_estimated_leads",
        alt=f"Twelve leads, of which {', '.join(restored.estimated)} are estimated",
        aspect=aspect_ratio(fig),
        beside=lambda: csv_download(
            lambda: signal_table(restored.record),
            key="restored_csv",
            filename="ecg_with_estimated_leads",
            label="Leads (CSV)",
        ),
    )


def _draw_expected(restored: RestoredLeads) -> None:
    known = {lead: row for lead, row in restored.expected.items() if math.isfinite(row.r)}
    if not known:
        st.caption("How well leads are estimated from this set of leads was not tested.")
        return
    st.caption("Correlation with the true lead to be expected, over test ECGs; 1 is perfect.")
    by_lead = {lead: [row.r, row.low_r] for lead, row in known.items()}
    table = pd.DataFrame({"correlation": ["median", "one in ten below"], **by_lead})
    table_with_download(table, key="restored_r", filename="estimated_leads", width="content")


def _restored(analysis: Analysis) -> RestoredLeads:
    """Estimated once for each ECG. Raises ECGError."""
    kept: tuple[Analysis, RestoredLeads] | None = st.session_state.get(_KEPT)
    if kept is None or kept[0] is not analysis:
        restorer = installed_restorer()
        kept = st.session_state[_KEPT] = (analysis, restore(analysis.filtered.record, restorer))
    return kept[1]
