"""What each model saw, and what it made of each part of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from app import state
from app.components.downloads import figure_with_downloads
from ecg_core.figures.model_inputs import crop_figure, items_figure
from ecg_core.figures.potassium import item_spread_figure
from ecg_core.figures.provenance import RESEARCH_ESTIMATE
from ecg_core.inference.types import ModelInput, Prediction


def draw_inputs(predictions: Sequence[Prediction]) -> None:
    """A tab per model; below, the estimates from each cycle or crop alone."""
    seen = [(p, p.inputs) for p in predictions if p.inputs is not None]
    if not seen:
        st.markdown("No part of this ECG was fit to be given to a model.")
        return
    for tab, (prediction, inputs) in zip(st.tabs([p.title for p, _ in seen]), seen, strict=True):
        with tab:
            _draw_input(prediction.model, inputs)
    if any(p.item_k_meq_l.size > 1 for p in predictions):
        st.markdown(
            "**Estimates from each cycle or crop alone,** the first of the recording on top of its row"
        )
        figure_with_downloads(
            item_spread_figure(predictions, state.is_dark()),
            key=f"items_{state.n_opened()}",
            filename="potassium_by_cycle",
            alt="Potassium estimates for each cycle or crop, by model",
            origin=RESEARCH_ESTIMATE,
        )


def _draw_input(model: str, inputs: ModelInput) -> None:
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
