"""Earlier ECGs of the same patient with laboratory values: the patient's own bias, a corrected estimate, a trend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app import state
from app.components.downloads import csv_download, figure_with_downloads
from app.components.patient_form import draw_form
from app.components.patient_table_form import draw_table_form
from app.components.text import as_markdown
from app.patient_entries import earlier_ecgs, forget
from ecg_core.analysis import Analysis
from ecg_core.figures.provenance import RESEARCH_ESTIMATE
from ecg_core.figures.trend import trend_figure
from ecg_core.inference.card import Card
from ecg_core.inference.types import Prediction
from ecg_core.patient.bias import Corrected, corrected
from ecg_core.patient.history import EarlierECG, other_patients, pairs_of
from ecg_core.patient.table import history_table

USUAL_COVERAGE = 0.9
ONE, TABLE = "One ECG", "Several, from a table"
_WAYS = (ONE, TABLE)


def draw_patient(analysis: Analysis, cards: Mapping[str, Card]) -> None:
    """The form, what was entered, and what follows from it."""
    st.caption(
        "A model that errs by the same amount in a patient's earlier ECGs will likely err so today. What is entered stays in this "
        "browser session and is gone when the page is closed; the earlier ECGs themselves are not kept."
    )
    if (
        st.segmented_control("Enter", _WAYS, default=ONE, key="patient_way", label_visibility="collapsed")
        == TABLE
    ):
        draw_table_form(analysis.record)
    else:
        draw_form()
    earlier = earlier_ecgs()
    if not earlier:
        return
    _draw_entries(earlier)
    patient = analysis.record.patient.identifier
    strangers = other_patients(earlier, patient)
    if strangers:
        names = ", ".join(as_markdown(one.name) for one in strangers)
        st.error(
            f"**Another patient.** The file names of patients differ in: {names}. Nothing is corrected.",
            icon=":material/person_off:",
        )
    elif _same_patient(earlier, patient):
        _draw_corrected(analysis, earlier, cards)


def _same_patient(earlier: Sequence[EarlierECG], patient: str | None) -> bool:
    """Whether the files say so; where they say nothing, whether the user does."""
    if patient and all(one.patient == patient for one in earlier):
        return True
    return st.checkbox(
        "These earlier ECGs are of the patient whose ECG is open now (the files do not say so).",
        key=f"same_patient_{state.n_opened()}_{len(earlier)}",
        persist_state="session",
    )


def _draw_entries(earlier: Sequence[EarlierECG]) -> None:
    for number, one in enumerate(earlier):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"{one.recorded_at:%-d %b %Y, %H:%M} · laboratory **{one.laboratory_meq_l:.1f}** mEq/L · "
                f":small[{as_markdown(one.name)}]",
                width="content",
            )
            st.button(
                "Remove",
                key=f"forget_{number}_{one.name}",
                icon=":material/delete:",
                type="tertiary",
                on_click=forget,
                args=(one,),
            )


def _draw_corrected(analysis: Analysis, earlier: Sequence[EarlierECG], cards: Mapping[str, Card]) -> None:
    found = {p.model: _corrected(p, earlier, cards) for p in analysis.predictions}
    lines = [_line(p, found[p.model]) for p in analysis.predictions if not p.abstained]
    if not lines:
        st.info("No model gave an estimate today, so there is nothing to correct.")
        return
    st.markdown("\n".join(lines))
    shown = next(p for p in analysis.predictions if not p.abstained)
    at = analysis.record.recorded_at
    if at is None:
        st.caption("The file does not say when today's ECG was recorded; it is drawn at the present time.")
    st.markdown(f"**Over time: {as_markdown(shown.title)}**")
    figure_with_downloads(
        trend_figure(
            earlier, shown, (at or datetime.now()).replace(tzinfo=None), found[shown.model], state.is_dark()
        ),
        key=f"trend_{state.n_opened()}",
        filename="potassium_trend",
        alt="Laboratory values and estimates over time",
        origin=RESEARCH_ESTIMATE,
    )
    st.caption(
        "The correction is the mean of laboratory value less estimate, shrunken towards none (random effects). How errors divide into "
        "own bias and scatter is taken from dialysis patients (SD 0.83 mEq/L in all, 0.45 within a patient: Corsi 2017) and was "
        "not measured for these networks, nor was the corrected interval tested."
    )
    csv_download(
        history_table(earlier), key="patient_csv", filename="earlier_ecgs", label="Earlier ECGs (CSV)"
    )


def _corrected(
    prediction: Prediction, earlier: Sequence[EarlierECG], cards: Mapping[str, Card]
) -> Corrected | None:
    card = cards.get(prediction.model)
    coverage = card.calibration.target_coverage if card else USUAL_COVERAGE
    return corrected(prediction, pairs_of(earlier, prediction.model), coverage)


def _line(prediction: Prediction, own: Corrected | None) -> str:
    title = as_markdown(prediction.title)
    if own is None:
        return f"- {title}: no earlier estimate to learn from"
    pairs = "ECG" if own.n_pairs == 1 else "ECGs"
    bias = f"{own.bias_meq_l:+.2f}".replace("-", "\u2212")
    return (
        f"- {title}: {prediction.k_meq_l:.1f} → **{own.k_meq_l:.1f} mEq/L** ({own.k_low:.1f}–{own.k_high:.1f}); own bias "
        f"{bias} from {own.n_pairs} {pairs}, {own.weight:.0%} of the mean error believed"
    )
