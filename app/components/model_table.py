"""The models beside one another: the default one large, all of them on one axis, and in a compact table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

from app import state
from app.components.downloads import figure_with_downloads
from app.components.text import as_markdown
from ecg_core.figures.potassium import estimates_figure
from ecg_core.figures.provenance import RESEARCH_ESTIMATE
from ecg_core.inference.card import Card, EvaluationResult
from ecg_core.inference.comparison import (
    ZONES_SOURCE,
    Comparison,
    abstention_words,
    reasons_words,
    shared_flags,
    zone_of,
)
from ecg_core.inference.types import HYPERKALEMIA_MEQ_L, HYPOKALEMIA_MEQ_L, Flag, Prediction


def draw_models(
    predictions: Sequence[Prediction],
    comparison: Comparison,
    cards: Mapping[str, Card],
    draw_trust: Callable[[], None],
) -> None:
    """The default model, which is the first, in a box above what `draw_trust` draws; all models on one axis beside it, in a table below."""
    with st.container(key="kalium_side_by_side_models"):
        left, right = st.columns([2, 3], gap="large")
    shared = shared_flags(predictions) if len(predictions) > 1 else ()
    with left.container(border=True, key="kalium_default_model"):
        _draw_default(predictions[0], shared, cards, alone=len(predictions) == 1)
    with left:
        draw_trust()
    with right:
        if comparison.n_estimates:
            figure_with_downloads(
                estimates_figure(predictions, state.is_dark()),
                key=f"estimates_{state.n_opened()}",
                filename="potassium_estimates",
                alt=comparison.headline,
                origin=RESEARCH_ESTIMATE,
            )
            st.markdown(f":material/compare_arrows: **{comparison.agreement}**")
    if len(predictions) > 1:
        st.html(models_html(predictions[1:], shared))
    st.caption(
        f"Zones: {ZONES_SOURCE}; hypokalemia 3.5 mEq/L and below. {coverage_words(predictions, cards)}"
    )


def _draw_default(
    prediction: Prediction, shared: Sequence[Flag], cards: Mapping[str, Card], *, alone: bool
) -> None:
    st.markdown(f"**{as_markdown(prediction.title)}**{'' if alone else ' · the default model'}")
    if prediction.abstained:
        st.markdown("## No estimate")
        st.markdown(as_markdown(abstention_words(prediction)))
        return
    draw_estimate(prediction, cards.get(prediction.model))
    for flag in prediction.flags:
        if flag not in shared:
            st.markdown(f":small[:material/flag: {as_markdown(flag.text)}]")


def draw_estimate(prediction: Prediction, card: Card | None) -> None:
    """The value, its zone and its interval."""
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


def models_html(predictions: Sequence[Prediction], shared: Sequence[Flag] = ()) -> str:
    """A row per model as HTML: estimate, interval, and the reasons to distrust beyond those `shared` by all.

    Why a model gave no estimate stands in its own row in any case.
    """
    rows = "".join(_row(prediction, shared) for prediction in predictions)
    heads = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Other models", "mEq/L", "Interval", "Own reasons to distrust")
    )
    return f'<table class="kalium-readings"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _row(prediction: Prediction, shared: Sequence[Flag]) -> str:
    value, interval = "No estimate", "–"
    if prediction.abstained:
        own = escape(reasons_words(prediction))
    else:
        own = " ".join(escape(flag.text) for flag in prediction.flags if flag not in shared)
        zone = zone_of(prediction.k_meq_l)
        value = f"<b>{prediction.k_meq_l:.1f}</b> {escape(zone.name.lower())}"
        interval = f"{prediction.k_low:.1f}–{prediction.k_high:.1f}"
    return (
        f'<tr><th scope="row">{escape(prediction.title)}</th><td>{value}</td><td>{interval}</td>'
        f'<td class="kalium-wraps">{own or "–"}</td></tr>'
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
    """``"88% of 120 unseen simulated ECGs (aim 90%)"``."""
    kind = "simulated" if result.simulated else "real"
    return (
        f"{result.coverage:.0%} of {result.n_examples} unseen {kind} ECGs (aim {result.coverage_target:.0%})"
    )
