"""Potassium: what the models estimate, how far they disagree, and why to distrust them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from app import state
from app.components.checkpoints import cards_by_model
from app.components.downloads import csv_download, figure_with_downloads
from app.components.rhythm_trust import draw_rhythm_trust
from app.components.text import as_markdown
from ecg_core.analysis import Analysis
from ecg_core.figures.model_inputs import crop_figure, items_figure
from ecg_core.figures.potassium import estimates_figure, item_spread_figure
from ecg_core.figures.probabilities import class_probability_figure
from ecg_core.inference.card import Card, EvaluationResult
from ecg_core.inference.comparison import ZONES_SOURCE, Comparison, compare, shared_flags, zone_of
from ecg_core.inference.table import predictions_table
from ecg_core.inference.types import HYPERKALEMIA_MEQ_L, HYPOKALEMIA_MEQ_L, ModelInput, Prediction

NOTICE = (
    "**Research estimate, not a measurement.** These models learned from potassium effects *simulated* over real "
    "ECGs and were not validated on laboratory potassium. Neither start nor withhold treatment because of them."
)
GENERAL_DOUBTS = (
    "All models learned from one simulation of potassium, so they can all be wrong in the same way.",
    "Many patients with severe hyperkalemia have a nearly normal ECG; no model can see what is not there.",
    "Bundle branch block, pacing, hypertrophy, ischemia and drugs change the same waves as potassium does.",
)

TABLE_COLUMNS = {
    name: st.column_config.NumberColumn(format="%.2f") for name in ("k_meq_l", "k_low", "k_high")
} | {name: st.column_config.NumberColumn(format="%.3f") for name in ("p_hypo", "p_hyper")}


def draw_page(analysis: Analysis) -> None:
    predictions = analysis.predictions
    comparison = compare(predictions)
    draw_headline(analysis, comparison)
    cards = cards_by_model() if predictions else {}
    if predictions:
        draw_model_cards(predictions, cards)
    draw_rhythm_trust(analysis.rhythm)
    if not predictions:
        return
    if comparison.n_estimates:
        draw_estimates(predictions, comparison, cards)
        draw_probabilities(predictions, cards)
    draw_doubts(analysis)
    draw_inputs(predictions)
    draw_table(analysis)


def draw_headline(analysis: Analysis, comparison: Comparison) -> None:
    if analysis.record.simulated:
        st.warning(
            "## SIMULATED ECG\nThis record was made by a simulation. It is no patient's.",
            icon=":material/science:",
        )
    text = f"### {comparison.headline}"
    if comparison.finding in ("hyper", "contradictory"):
        st.error(text, icon=":material/warning:")
    elif comparison.finding == "hypo":
        st.warning(text, icon=":material/arrow_downward:")
    elif comparison.finding == "borderline":
        st.warning(text, icon=":material/warning:")
    else:
        st.info(text, icon=":material/info:")
    st.markdown(f":material/science: {NOTICE}")


def draw_model_cards(predictions: Sequence[Prediction], cards: Mapping[str, Card]) -> None:
    """A box per model: estimate, zone, interval, and the reasons to distrust that are its own."""
    common = shared_flags(predictions) if len(predictions) > 1 else ()
    for column, prediction in zip(st.columns(len(predictions)), predictions, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{prediction.title}**")
            if prediction.abstained:
                st.markdown("## No estimate")
            else:
                draw_estimate(prediction, cards.get(prediction.model))
            for flag in prediction.flags:
                if flag not in common:
                    st.markdown(f":small[:material/flag: {as_markdown(flag.text)}]")


def draw_estimate(prediction: Prediction, card: Card | None) -> None:
    st.markdown(f"## {prediction.k_meq_l:.1f} mEq/L")
    zone = zone_of(prediction.k_meq_l)
    if prediction.k_meq_l >= HYPERKALEMIA_MEQ_L:
        st.badge(zone.name, icon=":material/warning:", color="red")
    elif prediction.k_meq_l <= HYPOKALEMIA_MEQ_L:
        st.badge(zone.name, icon=":material/arrow_downward:", color="blue")
    else:
        st.badge(zone.name, color="gray")
    interval = f"{card.calibration.target_coverage:.0%} interval" if card else "Interval"
    st.markdown(f":small[{interval} {prediction.k_low:.1f}–{prediction.k_high:.1f}]")


def draw_estimates(
    predictions: Sequence[Prediction], comparison: Comparison, cards: Mapping[str, Card]
) -> None:
    st.subheader("The models side by side")
    figure_with_downloads(
        estimates_figure(predictions, state.is_dark()),
        key=f"estimates_{state.n_opened()}",
        filename="potassium_estimates",
        alt=comparison.headline,
    )
    st.markdown(f":material/compare_arrows: **{comparison.agreement}**")
    st.caption(
        f"Zones: {ZONES_SOURCE}; hypokalemia 3.5 mEq/L and below. {coverage_words(predictions, cards)}"
    )


def coverage_words(predictions: Sequence[Prediction], cards: Mapping[str, Card]) -> str:
    """How often intervals like these held the truth on unseen records, model by model."""
    results = [
        (p.title, cards[p.model].results[0])
        for p in predictions
        if p.model in cards and cards[p.model].results
    ]
    if not results:
        return "How often such intervals hold the true value is not known for these models."
    shares = "; ".join(f"{title} {coverage_share(result)}" for title, result in results)
    return f"Such intervals held the true value in: {shares}."


def coverage_share(result: EvaluationResult) -> str:
    kind = "simulated" if result.simulated else "real"
    return (
        f"{result.coverage:.0%} of {result.n_examples} unseen {kind} ECGs (aim {result.coverage_target:.0%})"
    )


def draw_probabilities(predictions: Sequence[Prediction], cards: Mapping[str, Card]) -> None:
    st.subheader("Class probabilities")
    figure_with_downloads(
        class_probability_figure(predictions, state.is_dark()),
        key=f"probabilities_{state.n_opened()}",
        filename="potassium_class_probabilities",
        alt="Probability of hypokalemia, normal potassium and hyperkalemia by model",
    )
    mixes = {cards[p.model].calibration.class_mix for p in predictions if p.model in cards}
    words = " or ".join(
        f"{hypo:.0%} hypo, {normal:.0%} normal, {sum(hyper):.0%} hyper" for hypo, normal, *hyper in mixes
    )
    st.caption(
        f"They assume the class mix of the calibration set{f' ({words})' if words else ''}. "
        "Where hyperkalemia is rarer, as on most wards, its probability is lower than shown."
    )


def draw_doubts(analysis: Analysis) -> None:
    """The reasons to distrust that concern all models."""
    st.subheader("Reasons to distrust these estimates")
    doubts = [flag.text for flag in shared_flags(analysis.predictions)]
    if analysis.quality.grade != "good" or analysis.quality.electrodes is not None:
        doubts.append(f"Signal quality: {analysis.quality.summary}")
    lines = [f"- :material/flag: **{as_markdown(doubt)}**" for doubt in doubts]
    lines += [f"- {doubt}" for doubt in GENERAL_DOUBTS]
    st.markdown("\n".join(lines))


def draw_inputs(predictions: Sequence[Prediction]) -> None:
    st.subheader("What each model saw")
    seen = [(p, p.inputs) for p in predictions if p.inputs is not None]
    if not seen:
        st.markdown("No part of this ECG was fit to be given to a model.")
        return
    for tab, (prediction, inputs) in zip(st.tabs([p.title for p, _ in seen]), seen, strict=True):
        with tab:
            draw_input(prediction.model, inputs)
    if any(p.item_k_meq_l.size > 1 for p in predictions):
        st.markdown(
            "**Estimates from each cycle or crop alone,** the first of the recording on top of its row"
        )
        figure_with_downloads(
            item_spread_figure(predictions, state.is_dark()),
            key=f"items_{state.n_opened()}",
            filename="potassium_by_cycle",
            alt="Potassium estimates for each cycle or crop, by model",
        )


def draw_input(model: str, inputs: ModelInput) -> None:
    n_items, n_leads, n_samples = inputs.signal.shape
    st.caption(
        f"{inputs.description}; each {n_samples / inputs.fs_hz:.2f} s at {inputs.fs_hz:g} Hz, in {inputs.unit}"
    )
    key = f"input_{model}_{state.n_opened()}"
    if n_leads <= 2:
        figure = items_figure(inputs, state.is_dark())
    else:
        item = st.slider("Crop", 1, n_items, key=f"crop_{key}", width=280) if n_items > 1 else 1
        figure = crop_figure(inputs, item - 1, state.is_dark())
    figure_with_downloads(figure, key=key, filename=f"input_{model}", alt=inputs.description)


def draw_table(analysis: Analysis) -> None:
    st.subheader("As a table")
    table = predictions_table(analysis.record.source.name, analysis.predictions)
    st.dataframe(table, hide_index=True, key="predictions", placeholder="–", column_config=TABLE_COLUMNS)
    csv_download(table, key="predictions_csv", filename="predictions", label="Download predictions (CSV)")


draw_page(state.require_analysis())
