"""How good the 12-lead models are: findings, ECG age, fewer leads, restored leads; from what is kept with the checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app import state
from app.components import twelve_lead_models
from app.components.downloads import figure_with_downloads
from app.components.result_table import draw_result_table
from app.components.text import as_markdown
from ecg_core.errors import ECGError
from ecg_core.evaluation import lead_elimination
from ecg_core.evaluation.lead_elimination import read_curves
from ecg_core.evaluation.twelve_lead import read_table
from ecg_core.figures.evaluation_twelve_lead import (
    age_bland_altman_figure,
    age_heatmap_figure,
    confusion_grid_figure,
    precision_recall_figure,
    roc_figure,
)
from ecg_core.figures.lead_elimination import lead_elimination_figure
from ecg_core.network_files import card_of
from ecg_core.twelve_lead import restore
from ecg_core.twelve_lead.checkpoint import EVALUATION, TwelveLeadCheckpoint
from ecg_core.twelve_lead.types import FINDING_NAMES, FINDINGS

_PANEL_PX = 500  # two beside each other at 1440 px, one on a tablet
_WORDS = {
    "finding": "Finding",
    "n": "n",
    "auprc": "AUPRC",
    "auroc": "AUROC",
    "model": "Model",
    "parameters": "Parameters",
    "age_mae_years": "Age, mean absolute error (years)",
    "data": "Data",
}
_ELIMINATION_WORDS = {
    "task": "Task",
    "n_leads": "Independent leads",
    "leads": "Leads",
    "dropped": "Dropped next",
    "selection": "In cross-validation",
    "value": "On fold 10",
}
_RESTORATION_WORDS = {
    "recorded": "Recorded",
    "part": "Data set",
    "n": "n",
    "r": "Median r",
    "linear_r": "Linear r",
    "gain": "Gain",
}
_RESTORATION_NUMBERS = ("n", "r", "r_low", "r_high", "linear_r", "gain", "gain_low", "gain_high")
_PARTS = {"test": "PTB-XL fold 10, nothing learned of these", "external": "LUDB, nothing learned of it"}
_TASKS = {"findings": "Findings with fewer leads", "age": "ECG age with fewer leads"}


def draw_twelve_lead_evaluation() -> None:
    """Everything about the 12-lead models; says so where results are missing."""
    try:
        checkpoints = [each for each in twelve_lead_models.installed_twelve_lead() if _judged(each)]
    except ECGError as error:
        st.warning(as_markdown(str(error)), icon=":material/warning:")
        checkpoints = []
    if checkpoints:
        by_title = {checkpoint.card.title: checkpoint for checkpoint in checkpoints}
        chosen = by_title[st.selectbox("12-lead model", list(by_title), key="evaluation_12", width=340)]
        _try(lambda: _draw_model(chosen))
        _draw_all_models(checkpoints)
    else:
        st.info("No 12-lead model came with results on a test set.", icon=":material/info:")
    _try(_draw_fewer_leads)
    _try(_draw_restoration)


def _try(draw: Callable[[], None]) -> None:
    try:
        draw()
    except ECGError as error:
        st.info(as_markdown(str(error)), icon=":material/info:")


def _judged(checkpoint: TwelveLeadCheckpoint) -> bool:
    return bool(checkpoint.card.results)


def _draw_model(checkpoint: TwelveLeadCheckpoint) -> None:
    """Raises ECGError where its table cannot be read."""
    card, dark = checkpoint.card, state.is_dark()
    table, results = read_table(checkpoint.folder / EVALUATION), checkpoint.card.results
    st.info(f"**Real ECGs.** {as_markdown(str(results['dataset']))}.", icon=":material/person:")
    _draw_numbers(results)
    origin = f"Real patients: {results['dataset']}"
    thresholds = {code: card.calibration[code].threshold for code in FINDINGS}
    _draw_panels(
        card.name,
        origin,
        (
            ("ROC", "roc", lambda: roc_figure(table, dark), "n: records with the finding."),
            (
                "Precision and sensitivity",
                "pr",
                lambda: precision_recall_figure(table, dark),
                "Rare findings make precision the harder mark; it holds for this data set's shares only.",
            ),
            (
                "ECG age and age",
                "age",
                lambda: age_heatmap_figure(table, dark),
                "Each cell counts records. On the dashed line ECG age and age are equal.",
            ),
            (
                "Agreement of ages (Bland-Altman)",
                "bland_altman",
                lambda: age_bland_altman_figure(table, dark),
                "Young patients look older and old ones younger than they are: the estimate draws to the mean.",
            ),
        ),
    )
    st.subheader("Confusion at the thresholds")
    st.caption("Count, and share of the true class (row). Thresholds were chosen on other records.")
    figure_with_downloads(
        confusion_grid_figure(table, thresholds, dark),
        key=f"confusion_12_{card.name}",
        filename=f"{card.name}_confusion",
        alt="A confusion matrix for each finding",
        origin=origin,
    )
    draw_result_table(
        findings_scores(results),
        key=f"scores_12_{card.name}",
        filename=f"{card.name}_scores",
        origin=origin,
        words=_WORDS,
    )
    st.caption(f"Under a value: its 95 % bootstrap interval over the {results['n_records']:,} records.")


def _draw_numbers(results: dict[str, Any]) -> None:
    with st.container(horizontal=True):
        for label, value, note in (
            (
                "Mean AUPRC, six findings",
                f"{results['mean_auprc']['value']:.3f}",
                _ci(results["mean_auprc"], 3),
            ),
            (
                "Mean AUROC, six findings",
                f"{results['mean_auroc']['value']:.3f}",
                _ci(results["mean_auroc"], 3),
            ),
            (
                "Age, mean absolute error",
                f"{results['age_mae']['value']:.1f} years",
                _ci(results["age_mae"], 1),
            ),
            ("Age inside interval", f"{results['age_coverage']:.0%}", "aim 90%"),
        ):
            st.metric(label, value, note, delta_color="off", delta_arrow="off", border=True, width=220)


def _draw_panels(
    name: str, origin: str, panels: Sequence[tuple[str, str, Callable[[], go.Figure], str]]
) -> None:
    """Figures side by side, each with what its data were."""
    with st.container(horizontal=True, gap="large"):
        for title, kind, figure, note in panels:
            with st.container(width=_PANEL_PX):
                st.subheader(title)
                st.caption(note)
                figure_with_downloads(
                    figure(),
                    key=f"{kind}_12_{name}",
                    filename=f"{name}_{kind}",
                    alt=title,
                    origin=origin,
                )


def findings_scores(results: dict[str, Any]) -> pd.DataFrame:
    """A row for each finding: n, AUPRC and AUROC with their intervals."""
    return pd.DataFrame(
        {
            "finding": FINDING_NAMES[code],
            "n": results["n_positive"][code],
            **_with_bounds("auprc", results["auprc"][code]),
            **_with_bounds("auroc", results["auroc"][code]),
        }
        for code in FINDINGS
    )


def _draw_all_models(checkpoints: Sequence[TwelveLeadCheckpoint]) -> None:
    if len(checkpoints) < 2:
        return
    st.subheader("All 12-lead models")
    rows = [
        {
            "model": checkpoint.card.title,
            "parameters": checkpoint.card.n_parameters,
            **_with_bounds("auprc", results["mean_auprc"]),
            **_with_bounds("auroc", results["mean_auroc"]),
            **_with_bounds("age_mae_years", results["age_mae"]),
            "data": f"Real patients: {results['dataset']}",
        }
        for checkpoint in checkpoints
        for results in [checkpoint.card.results]
    ]
    words = _WORDS | {"auprc": "Mean AUPRC", "auroc": "Mean AUROC"}
    draw_result_table(pd.DataFrame(rows), "all_12", "twelve_lead_models", words=words)


def _draw_fewer_leads() -> None:
    """Raises ECGError where there is no table."""
    curves = read_curves(twelve_lead_models.FOLDER / lead_elimination.BUNDLED.name)
    dark, origin = state.is_dark(), f"Real patients: PTB-XL fold 10, n = {curves['n'].max():,} records"
    by_task = {str(task): curve for task, curve in curves.groupby("task", sort=False)}

    def figure_of(curve: pd.DataFrame) -> Callable[[], go.Figure]:
        return lambda: lead_elimination_figure(curve, dark)

    _draw_panels(
        "lead_elimination",
        origin,
        [
            (
                _TASKS[task],
                task,
                figure_of(curve),
                "A small network for each lead and their combination, trained anew in each round. Chance is part of the "
                "differences: with another seed neighbouring rounds may change places.",
            )
            for task, curve in by_task.items()
        ],
    )
    by_round = curves.drop(columns="seed", errors="ignore")
    with st.expander("Round by round", icon=":material/table_rows:"):
        draw_result_table(
            by_round.rename(columns={"low": "value_low", "high": "value_high"}),
            key="lead_elimination_12",
            filename="lead_elimination",
            origin=origin,
            words=_WORDS | _ELIMINATION_WORDS,
        )


def _draw_restoration() -> None:
    """Raises ECGError where there is no card."""
    card = card_of(twelve_lead_models.FOLDER / restore.BUNDLED.name)
    results = card.get("results")
    rows = results.get("rows", []) if isinstance(results, dict) else []
    if not rows:
        raise ECGError("The network that restores leads came without results.")
    st.subheader("Restored leads against least squares")
    st.caption(
        "Real patients. Median correlation of restored with true leads; linear: least squares fitted to the same training records."
    )
    draw_result_table(
        restoration_scores(rows),
        "restoration_12",
        "restoration",
        origin="Real patients",
        words=_RESTORATION_WORDS,
    )


def restoration_scores(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """A row for each set of recorded leads and each part of the test records."""
    return pd.DataFrame(
        {
            "recorded": row["measured"].replace(",", ", "),
            "part": _PARTS.get(row["part"], row["part"]),
            **{name: row[name] for name in _RESTORATION_NUMBERS},
        }
        for row in rows
    )


def _with_bounds(name: str, value: dict[str, float]) -> dict[str, float]:
    return {name: value["value"], f"{name}_low": value["low"], f"{name}_high": value["high"]}


def _ci(value: dict[str, float], digits: int) -> str:
    return f"95 % CI {_range(value, digits)}"


def _range(value: dict[str, float], digits: int) -> str:
    return f"{value['low']:.{digits}f}–{value['high']:.{digits}f}"
