"""Evaluation: how well a model did on records with known potassium."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pandas as pd
import streamlit as st

from app import state
from app.components.checkpoints import draw_left_out, installed_checkpoints
from app.components.downloads import csv_download, figure_with_downloads
from app.components.evaluation_results import SECTIONS, draw_results, measured
from app.components.evaluation_twelve_lead import draw_twelve_lead_evaluation
from app.components.result_table import draw_result_table
from app.components.text import as_markdown
from ecg_core.errors import ECGError
from ecg_core.evaluation.agreement import MIN_SHARED, mean_differences, shared_estimates
from ecg_core.evaluation.bootstrap import WithInterval
from ecg_core.evaluation.origin import origin_words
from ecg_core.evaluation.table import OPTIONAL, REQUIRED, read_evaluation
from ecg_core.figures.agreement import model_agreement_figure
from ecg_core.figures.training import loss_figure
from ecg_core.inference.checkpoint import EVALUATION, LOSS_CURVE, Checkpoint

BUNDLED, OWN = "Bundled test set", "Your own table"
TRAINING, ALL_MODELS = "Training", "All models"
TWELVE_LEAD = "12-lead findings and age"
COMPARISON_WORDS = {
    "model": "Model",
    "parameters": "Parameters",
    "mae_meq_l": "MAE",
    "mae_of_mean_meq_l": "MAE of always the mean",
    "rmse_meq_l": "RMSE",
    "r": "r",
    "auc_hyper": "AUC hyper",
    "auc_hypo": "AUC hypo",
    "data": "Data",
}


def draw_page() -> None:
    checkpoints = find_checkpoints()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sources = [BUNDLED, TWELVE_LEAD, OWN] if checkpoints else [OWN, TWELVE_LEAD]
        source = st.selectbox("Data set", sources, key="evaluation_source", width=280)
        if source == BUNDLED:
            by_title = {checkpoint.card.title: checkpoint for checkpoint in checkpoints}
            chosen = by_title[st.selectbox("Model", list(by_title), key="evaluation_model", width=340)]
    if source == OWN:
        draw_own_table(checkpoints)
        return
    if source == TWELVE_LEAD:
        draw_twelve_lead_evaluation()
        return
    section = choose_section((*SECTIONS, TRAINING, ALL_MODELS))
    if section == TRAINING:
        draw_training(chosen)
    elif section == ALL_MODELS:
        draw_comparison(checkpoints)
        draw_agreement(checkpoints)
    else:
        draw_bundled(chosen, section)


def choose_section(sections: Sequence[str]) -> str:
    """A section at a time; nothing chosen is the first."""
    chosen = st.segmented_control(
        "Section", sections, default=sections[0], key="evaluation_section", label_visibility="collapsed"
    )
    return str(chosen or sections[0])


def find_checkpoints() -> Sequence[Checkpoint]:
    """The installed models; without any, say so and go on with none."""
    draw_left_out()
    try:
        return installed_checkpoints()
    except ECGError as error:
        st.warning(
            f"**There are no bundled results to show.** {as_markdown(str(error))}", icon=":material/warning:"
        )
        return ()


def draw_bundled(checkpoint: Checkpoint, section: str) -> None:
    card = checkpoint.card
    name = card.results[0].dataset if card.results else BUNDLED
    try:
        table = read_evaluation(checkpoint.folder / EVALUATION)
        draw_results(table, name, card.name, card.calibration.target_coverage, section)
    except ECGError as error:
        st.error(
            f"**The results of {card.title} cannot be shown.** {as_markdown(str(error))}",
            icon=":material/error:",
        )


def draw_own_table(checkpoints: Sequence[Checkpoint]) -> None:
    upload = st.file_uploader(
        "Evaluation table (CSV or Parquet), a row per ECG with a known potassium",
        key="evaluation_upload",
        help=f"Columns: {', '.join(REQUIRED)}; where known {', '.join(OPTIONAL)}. The table stays in memory and is gone when you leave this page.",
    )
    if upload is None:
        draw_upload_help(checkpoints)
        return
    aim = st.number_input(
        "Share of truths the intervals aim to hold (%)", 50, 99, 90, key="evaluation_aim", width=280
    )
    section = choose_section(SECTIONS)
    try:
        draw_results(read_evaluation(upload), OWN, "own", aim / 100, section)
    except ECGError as error:
        st.error(as_markdown(str(error)), icon=":material/error:")


def draw_upload_help(checkpoints: Sequence[Checkpoint]) -> None:
    st.info(
        "Bring estimates of any model beside laboratory potassium, and see the same figures for your own patients. "
        "Nothing is stored.",
        icon=":material/upload_file:",
    )
    for checkpoint in checkpoints[:1]:
        try:
            example = read_evaluation(checkpoint.folder / EVALUATION).head(20)
        except ECGError:
            return
        csv_download(
            example, key="evaluation_template", filename="evaluation_example", label="Example table (CSV)"
        )


def draw_training(checkpoint: Checkpoint) -> None:
    st.subheader("Loss while training")
    try:
        training = pd.read_csv(checkpoint.folder / LOSS_CURVE)
        figure = loss_figure(training, state.is_dark())
    except (OSError, ValueError, KeyError):
        st.info(f"This model came without an intact record of its training ({LOSS_CURVE}).")
        return
    name, facts = checkpoint.card.name, checkpoint.card.trained_on
    kind = "SIMULATED potassium" if facts.simulated else "Real patients"
    words = f"{kind}, learned from n = {facts.n_examples:,} examples of {facts.n_records:,} ECGs"
    figure_with_downloads(
        figure, key=f"loss_{name}", filename=f"{name}_loss", alt="Loss by epoch", origin=words
    )
    st.caption(
        "How closely the network fits its examples, lower is closer: on those it learns from, and on others that decide which "
        "epoch is kept. A panel for each part that is trained by itself; members of an ensemble are numbered."
    )
    csv_download(training.assign(data=words), key=f"loss_csv_{name}", filename=f"{name}_training")


def draw_comparison(checkpoints: Sequence[Checkpoint]) -> None:
    st.subheader("All models on their bundled test sets")
    rows = [row for row in (comparison_row(checkpoint) for checkpoint in checkpoints) if row]
    if not rows:
        st.info("The results of no model can be read.", icon=":material/info:")
        return
    draw_result_table(
        pd.DataFrame(rows), key="model_comparison", filename="model_comparison", words=COMPARISON_WORDS
    )
    st.caption(
        "Potassium errors in mEq/L; under a value its 95 % bootstrap interval over patients. Compare only equal data sets."
    )


def draw_agreement(checkpoints: Sequence[Checkpoint]) -> None:
    st.subheader("How far the models agree with each other")
    tables = {}
    for checkpoint in checkpoints:
        with suppress(ECGError):
            tables[checkpoint.card.title] = read_evaluation(checkpoint.folder / EVALUATION)
    shared = shared_estimates(tables)
    if len(tables) < 2 or len(shared) < MIN_SHARED:
        st.info("Fewer than two models were tested on the same ECGs.", icon=":material/info:")
        return
    first = next(iter(tables.values()))
    words = origin_words(first[first["record_id"].isin(shared.index)])
    with st.container(width=820):
        figure_with_downloads(
            model_agreement_figure(mean_differences(shared), list(shared.columns), state.is_dark()),
            key="model_agreement",
            filename="model_agreement",
            alt="Mean absolute difference of every two models",
            origin=words,
        )
    st.caption(
        "Mean absolute difference in mEq/L on the ECGs that all of them answered. Agreement is no proof: models that learned "
        "from the same data can be wrong together."
    )


def comparison_row(checkpoint: Checkpoint) -> dict[str, object]:
    """One model's line; empty where its results cannot be read (its own page section says why)."""
    card = checkpoint.card
    try:
        table = read_evaluation(checkpoint.folder / EVALUATION)
        summary = measured(table)
    except ECGError:
        return {}
    return {
        "model": card.title,
        "parameters": card.n_parameters,
        **with_bounds("mae_meq_l", summary.mae_meq_l),
        "mae_of_mean_meq_l": summary.mae_of_mean_meq_l,
        "rmse_meq_l": summary.rmse_meq_l,
        "r": summary.pearson_r,
        **with_bounds("auc_hyper", summary.hyper.auc),
        **with_bounds("auc_hypo", summary.hypo.auc),
        **with_bounds("auc_severe", summary.severe.auc),
        "coverage": summary.coverage,
        "data": origin_words(table),
    }


def with_bounds(name: str, number: WithInterval) -> dict[str, float]:
    """The columns of a number with its 95 % interval."""
    return {name: number.value, f"{name}_low": number.low, f"{name}_high": number.high}


draw_page()
