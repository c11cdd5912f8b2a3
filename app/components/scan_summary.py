"""What was found on a page, in words: headline, scale with its evidence, warnings, and each lead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from app.components.result_table import draw_result_table, headed_as_saved
from app.components.scan_by_hand import draw_by_hand
from app.components.scan_edits import gains_mm_mv, in_standard_order
from app.components.scan_keys import page_key
from app.components.scan_scale import scale_words
from app.components.text import as_markdown
from app.scans import Scan, ScannedPage
from ecg_core.digitization.types import Digitization
from ecg_core.figures.confidence import confidence_words
from ecg_core.figures.scan_marks import lead_confidence

_BY_HAND = "You set this page up by hand: check Paper, Scale, and the name and box of every lead. By itself it was refused:"

_DOUBTS_SHOWN = 3  # more of them would push the page itself off the screen


def draw_headline(page: ScannedPage) -> None:
    """How many leads in which layout, and the scale."""
    found = page.found
    n_leads = len({box.lead for box in found.layout.boxes})
    sign = ":material/straighten:" if found.calibration.known else ":material/warning:"
    st.markdown(
        f":material/grid_view: **{n_leads} {'lead' if n_leads == 1 else 'leads'}**, "
        f"layout {as_markdown(found.layout.name)} &nbsp; {sign} "
        f"**{scale_words(found.calibration, gains_mm_mv(found))}**"
    )


def draw_evidence(page: ScannedPage) -> None:
    """What the scale rests on, in one line."""
    evidence = "; ".join(reason.rstrip(".") for reason in page.found.calibration.evidence)
    if evidence:
        st.caption(f"Scale: {as_markdown(evidence)}.")


def draw_doubts(scan: Scan, page: ScannedPage) -> None:
    """A scale that is not known, and every warning, where nobody misses them."""
    found = page.found
    if not found.calibration.known:
        st.error(
            "**The scale of this page is not known.** Times and voltages below are guesses, and nothing is "
            "passed on to the other pages. Check paper speed, gain and pixels per mm, and confirm them.",
            icon=":material/straighten:",
        )
    by_hand = [f"{_BY_HAND} {page.refused}"] if page.refused else []
    doubts = list(
        dict.fromkeys((*by_hand, *found.calibration.warnings, *scan.document.left_out, *found.warnings))
    )
    if len(doubts) == 1:
        st.warning(_sentence(doubts[0]), icon=":material/warning:")
    elif doubts:
        st.warning(_listed(doubts[:_DOUBTS_SHOWN]))
        if more := doubts[_DOUBTS_SHOWN:]:
            with st.expander(f"{len(more)} more {'warning' if len(more) == 1 else 'warnings'}"):
                st.markdown(_listed(more))
    if scan.left_out.reasons:
        with st.expander("Use a page that was left out"):
            draw_by_hand(scan.left_out, key="by_hand_too", border=False)


def lead_table(found: Digitization) -> pd.DataFrame:
    """A row for each lead box: where it stands, how far it can be trusted and why."""
    known = {lead.lead: lead for lead in found.leads}
    px_per_s, zero_px = found.calibration.px_per_s, found.layout.time_zero_px
    rows = []
    for position in in_standard_order(found.layout.boxes):
        box, trace = found.layout.boxes[position], found.traces[position]
        reasons = (*(known[box.lead].reasons if box.lead in known else ()), *box.reasons)
        rows.append(
            {
                "Lead": f"{'−' if box.inverted else ''}{box.lead}{' rhythm' if box.rhythm else ''}",
                "Confidence": confidence_words(lead_confidence(found, box.lead)),
                "Row": box.row + 1,
                "From (s)": round((box.box.x0_px - zero_px) / px_per_s, 2),
                "To (s)": round((box.box.x1_px - zero_px) / px_per_s, 2),
                "Bridged (%)": round(100 * float(np.mean(trace.bridged)), 1) if len(trace.bridged) else 100.0,
                "Why": "; ".join(dict.fromkeys(reason.rstrip(".") for reason in reasons)),
            }
        )
    return pd.DataFrame(rows)


def draw_leads_table(page: ScannedPage) -> None:
    """The table, with its download."""
    st.subheader("Lead by lead")
    table = lead_table(page.found)
    draw_result_table(table, page_key("table"), "digitized_leads", words=headed_as_saved(table))


def _listed(doubts: Sequence[str]) -> str:
    return "\n".join(f"- {_sentence(doubt)}" for doubt in doubts)


def _sentence(text: str) -> str:
    return as_markdown(text[:1].upper() + text[1:])
