"""Class probabilities of the models, and what they assume."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from app import state
from app.components.downloads import figure_with_downloads
from app.components.prevalence import choose_prevalence
from ecg_core.figures.probabilities import class_probability_figure
from ecg_core.figures.provenance import RESEARCH_ESTIMATE
from ecg_core.inference.card import Card
from ecg_core.inference.prevalence import at_prevalence
from ecg_core.inference.types import Prediction


def draw_probabilities(predictions: Sequence[Prediction], cards: Mapping[str, Card]) -> None:
    """Bars per model at the user's own prevalence, and the class mix that the models assume by themselves."""
    prevalence = choose_prevalence("potassium")
    shown = [
        p if p.abstained or p.model not in cards else at_prevalence(p, cards[p.model].calibration, prevalence)
        for p in predictions
    ]
    figure_with_downloads(
        class_probability_figure(shown, state.is_dark()),
        key=f"probabilities_{state.n_opened()}",
        filename="potassium_class_probabilities",
        alt="Probability of hypokalemia, normal potassium and hyperkalemia by model",
        origin=RESEARCH_ESTIMATE,
    )
    mixes = {cards[p.model].calibration.class_mix for p in predictions if p.model in cards}
    words = " or ".join(
        f"{hypo:.0%} hypo, {normal:.0%} normal, {sum(hyper):.0%} hyper" for hypo, normal, *hyper in mixes
    )
    st.caption(
        f"At the prevalences above, by Bayes' rule; the table below assumes the class mix of the calibration set{f' ({words})' if words else ''}. "
        "Probabilities were calibrated on simulated ECGs."
    )
