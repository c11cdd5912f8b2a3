"""Where probabilities, thresholds and the interval of the age come from, and the model's card."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from app.components.downloads import table_with_download
from app.components.text import as_markdown
from ecg_core.twelve_lead.card import TwelveLeadCard
from ecg_core.twelve_lead.types import FINDING_NAMES, FINDINGS

_COLUMNS = {
    "threshold": st.column_config.NumberColumn("Named from", format="percent"),
    "n_positive": "ECGs with it (training)",
    "auprc": st.column_config.NumberColumn("AUPRC (test)", format="%.2f"),
    "auroc": st.column_config.NumberColumn("AUROC (test)", format="%.3f"),
}


def draw_card(card: TwelveLeadCard, seconds: float) -> None:
    """An expander below the answer."""
    with st.expander(f"{card.title}: thresholds and model card"):
        st.markdown(f"{as_markdown(card.summary)} {as_markdown(card.source)}.")
        st.markdown(
            "Probabilities are calibrated (Platt) and each threshold is the one of greatest F1 on training-fold "
            "ECGs that the model had not learned from; fold 10 of PTB-XL, on which it is tested, was not used. "
            "They hold where findings are as frequent as in that data set. Some of the bundled examples are among the ECGs "
            "that the models learned from; their answers flatter the models."
        )
        table_with_download(
            findings_table(card), "findings_card", f"{card.name}_findings", column_config=_COLUMNS
        )
        st.markdown("\n".join(f"- {as_markdown(limit)}" for limit in card.limits))
        learned = card.trained_on.get("description")
        st.caption(
            " ".join(
                [
                    *([f"Learned from {as_markdown(str(learned))}."] if learned else []),
                    f"{card.n_parameters:,} parameters; this answer took {1000 * seconds:.0f} ms. "
                    f"SHA-256 of the weights: `{card.sha256}`",
                ]
            )
        )


def findings_table(card: TwelveLeadCard) -> pd.DataFrame:
    """A row per finding: threshold, how many training ECGs had it, and how well it was told apart in the test set."""
    positive = card.trained_on.get("n_positive", {})
    scores = {name: card.results.get(name, {}) for name in ("auprc", "auroc")}
    return pd.DataFrame(
        {
            "finding": FINDING_NAMES[code],
            "threshold": card.calibration[code].threshold,
            "n_positive": positive.get(code),
            **{name: by_code.get(code, {}).get("value") for name, by_code in scores.items()},
        }
        for code in FINDINGS
    )
