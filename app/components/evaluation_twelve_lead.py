"""How good the 12-lead models are: findings, ECG age, fewer leads, restored leads; from what is kept with the checkpoints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from app import state
from app.components import twelve_lead_models
from app.components.downloads import figure_with_downloads, table_with_download
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
_THREE = st.column_config.NumberColumn(format="%.3f")
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
    table_with_download(
        findings_scores(results),
        key=f"scores_12_{card.name}",
        filename=f"{card.name}_scores",
        height="content",
    )
    st.caption(f"95 % bootstrap intervals over the {results['n_records']:,} records.")


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
            "AUPRC": round(results["auprc"][code]["value"], 3),
            "AUPRC 95 % CI": _range(results["auprc"][code], 2),
            "AUROC": round(results["auroc"][code]["value"], 3),
            "AUROC 95 % CI": _range(results["auroc"][code], 3),
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
            "mean AUPRC": results["mean_auprc"]["value"],
            "mean AUROC": results["mean_auroc"]["value"],
            "age MAE (years)": results["age_mae"]["value"],
            "data set": results["dataset"],
        }
        for checkpoint in checkpoints
        for results in [checkpoint.card.results]
    ]
    columns = dict.fromkeys(("mean AUPRC", "mean AUROC", "age MAE (years)"), _THREE)
    table_with_download(pd.DataFrame(rows), "all_12", "twelve_lead_models", column_config=columns)


def _draw_fewer_leads() -> None:
    """Raises ECGError where there is no table."""
    curves = read_curves(twelve_lead_models.FOLDER / lead_elimination.BUNDLED.name)
    dark = state.is_dark()
    by_task = {str(task): curve for task, curve in curves.groupby("task", sort=False)}

    def figure_of(curve: pd.DataFrame) -> Callable[[], go.Figure]:
        return lambda: lead_elimination_figure(curve, dark)

    _draw_panels(
        "lead_elimination",
        f"Real patients: PTB-XL fold 10, {curves['n'].max():,} records",
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
    table_with_download(curves, key="lead_elimination_12", filename="lead_elimination")


def _draw_restoration() -> None:
    """Raises ECGError where there is no card."""
    card = card_of(twelve_lead_models.FOLDER / restore.BUNDLED.name)
    results = card.get("results")
    rows = results.get("rows", []) if isinstance(results, dict) else []
    if not rows:
        raise ECGError("The network that restores leads came without results.")
    st.subheader("Restored leads against least squares")
    st.caption(
        "Median correlation of restored with true leads; linear: least squares fitted to the same training records."
    )
    table_with_download(restoration_scores(rows), "restoration_12", "restoration")


def restoration_scores(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """A row for each set of recorded leads and each part of the test records."""
    return pd.DataFrame(
        {
            "recorded": row["measured"].replace(",", ", "),
            "data set": _PARTS.get(row["part"], row["part"]),
            "n": row["n"],
            "median r": row["r"],
            "95 % CI": f"{row['r_low']:.3f}–{row['r_high']:.3f}",
            "linear r": row["linear_r"],
            "gain": row["gain"],
            "gain 95 % CI": f"{row['gain_low']:+.3f} to {row['gain_high']:+.3f}",
        }
        for row in rows
    )


def _ci(value: dict[str, float], digits: int) -> str:
    return f"95 % CI {_range(value, digits)}"


def _range(value: dict[str, float], digits: int) -> str:
    return f"{value['low']:.{digits}f}–{value['high']:.{digits}f}"
