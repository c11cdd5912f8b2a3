"""Why an estimate is what it is, as far as a clinician can check it: measured values, the trace, what would change it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from app import state
from app.components.checkpoints import installed_checkpoints
from app.components.downloads import figure_with_downloads
from app.components.on_request import on_request
from app.components.what_if_panel import draw_moved_beats, draw_shifts
from ecg_core.analysis import Analysis
from ecg_core.errors import CheckpointError
from ecg_core.explanation.class_ranges import Feature, class_ranges, place
from ecg_core.explanation.saliency import integrated_gradients, lead_attention, lead_shares, smoothed
from ecg_core.figures.class_ranges import class_ranges_figure
from ecg_core.figures.potassium_saliency import lead_shares_figure, saliency_figure
from ecg_core.figures.provenance import RESEARCH_ESTIMATE
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.inference.types import Prediction


def draw_explanation(analysis: Analysis) -> None:
    """Measured values beside the classes of potassium; then, for one model at a time, saliency and what would change it."""
    _draw_class_ranges(analysis)
    checkpoints = _checkpoints(analysis.predictions)
    if not checkpoints:
        draw_moved_beats(analysis, analysis.predictions[0] if analysis.predictions else None)
        return
    chosen = st.selectbox(
        "Model to explain",
        checkpoints,
        format_func=lambda checkpoint: checkpoint.card.title,
        key="explained_model",
        width=320,
    )
    prediction = next(p for p in analysis.predictions if p.model == chosen.card.name)
    _draw_saliency(prediction, chosen)
    draw_shifts(analysis, chosen)
    draw_moved_beats(analysis, prediction)


def _checkpoints(predictions: Sequence[Prediction]) -> list[Checkpoint]:
    """The checkpoints of the models that gave an estimate, in the order of the predictions."""
    if not predictions:
        return []
    try:
        by_name = {checkpoint.card.name: checkpoint for checkpoint in installed_checkpoints()}
    except CheckpointError:
        return []
    return [by_name[p.model] for p in predictions if not p.abstained and p.model in by_name]


def _draw_class_ranges(analysis: Analysis) -> None:
    st.markdown("**Measured on this ECG, beside potassium classes**")
    ranges = class_ranges()
    figure_with_downloads(
        class_ranges_figure(place(analysis.measurements), ranges.classes, state.is_dark()),
        key=f"class_ranges_{state.n_opened()}",
        filename="measured_beside_classes",
        alt="Measured values of this ECG as lines across the quartiles of five potassium classes",
        origin=_numbers(ranges.features),
    )
    st.caption(
        f"Line across: this ECG. Bars: quartiles with the median, by potassium in mEq/L. Filled: {ranges.real_source}. "
        f"Dotted: {ranges.simulated_source}. The classes overlap widely: one value alone says little."
    )


def _numbers(features: Sequence[Feature]) -> str:
    """What the bars are, in the figure itself."""
    real, simulated = (
        max(sum(one.n for one in quartiles) for quartiles in source)
        for source in zip(*((feature.real, feature.simulated) for feature in features), strict=True)
    )
    return f"Line: this ECG. Filled: real patients, n = {real:,}. Dotted: SIMULATED, n = {simulated:,} ECGs."


def _draw_saliency(prediction: Prediction, checkpoint: Checkpoint) -> None:
    st.markdown("**What in its input moved the estimate**")
    inputs = prediction.inputs
    if inputs is None:
        return
    typical = int(np.argmin(np.abs(prediction.item_k_meq_l - prediction.k_meq_l)))
    added = on_request(
        f"saliency_{prediction.model}",
        "Show it on the trace",
        (inputs,),
        lambda progress: integrated_gradients(checkpoint, inputs, typical),
    )
    if added is None:
        return
    figure_with_downloads(
        saliency_figure(inputs, typical, smoothed(added, inputs.fs_hz), state.is_dark()),
        key=f"saliency_figure_{prediction.model}",
        filename=f"saliency_{prediction.model}",
        alt="The network's input with dots where it moved the estimate most",
        origin=RESEARCH_ESTIMATE,
    )
    shares = {"saliency": lead_shares(added)}
    attention = lead_attention(checkpoint, inputs)
    if attention is not None:
        shares = {"attention of the network": attention} | shares
    if len(inputs.leads) > 1:
        figure_with_downloads(
            lead_shares_figure(inputs.leads, shares, state.is_dark()),
            key=f"lead_shares_{prediction.model}",
            filename=f"lead_shares_{prediction.model}",
            alt="How much each lead counts",
            origin=RESEARCH_ESTIMATE,
        )
    facts = (
        "" if inputs.facts is None else " It is fed measurements beside the trace, which are not shown here."
    )
    st.caption(
        "Integrated gradients (Sundararajan 2017) against a flat line, of the beat or crop nearest to the estimate; the larger "
        f"and redder a dot, the more it moved the estimate, up or down.{facts} **Saliency is a hint where to look, no proof** that "
        "the network looks at the right thing."
    )
