"""About: what Kalium is for, what it cannot do, the models' cards, data and licences."""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import streamlit as st

from app.components.checkpoints import draw_left_out, installed_checkpoints
from app.components.downloads import csv_download
from app.components.page_cards import draw_page_cards
from app.components.result_table import draw_result_table, headed_as_saved
from app.components.text import as_markdown
from ecg_core import __version__
from ecg_core.errors import ECGError
from ecg_core.inference.card import Card

ROOT = Path(__file__).parents[2]
_LINK_TO_FILE = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\)")
LIBRARIES = (
    "streamlit",
    "plotly",
    "torch",
    "numpy",
    "scipy",
    "pandas",
    "neurokit2",
    "wfdb",
    "pydicom",
    "edfio",
)

INTENDED_USE = """
**For** research and teaching: to look at an ECG closely, and to study what neural networks read from it about serum
potassium, how far they agree, and when they fail.

**Not for** diagnosis, triage, monitoring, or any decision about a patient. Kalium is not a medical device and has
not been assessed as one. A potassium is measured in blood.
"""

LIMITS = """
- The models learned from **simulated** potassium effects over real ECGs. How they do on patients with a laboratory
  potassium is **not known**.
- A normal estimate excludes nothing. Many patients with severe hyperkalemia have an ECG that looks normal.
- Bundle branch block, pacing, hypertrophy, ischemia, drugs, and other electrolytes change the same waves.
- Intervals and class probabilities were calibrated on simulated records of one class mix. Elsewhere they are off.
- Most base ECGs come from one German collection (PTB-XL, 1989–1996, one maker's devices), the others from China, Russia
  and the USA. Children and pregnancy were not examined separately.
- Derived leads, short or noisy recordings and beats cut around R alone are marked; heed the marks.
"""


def draw_page() -> None:
    st.subheader("Intended use")
    st.markdown(INTENDED_USE)
    st.subheader("Limits")
    st.markdown(LIMITS)
    draw_cards()
    draw_page_cards()
    st.divider()
    st.markdown(as_section((ROOT / "docs" / "data.md").read_text(encoding="utf-8")))
    draw_attribution()
    draw_versions()


def draw_cards() -> None:
    st.subheader("The models of potassium")
    draw_left_out()
    try:
        cards = [checkpoint.card for checkpoint in installed_checkpoints()]
    except ECGError as error:
        st.warning(f"**No model card can be shown.** {as_markdown(str(error))}", icon=":material/warning:")
        return
    table = overview(cards)
    draw_result_table(table, "cards_overview", "models", words=headed_as_saved(table))
    for card in cards:
        with st.expander(f"{card.title}: model card"):
            draw_card(card)


def overview(cards: Sequence[Card]) -> pd.DataFrame:
    """A row per model: what it sees, and its error on the first data set of its card."""
    return pd.DataFrame(
        {
            "model": card.title,
            "input": f"{card.inputs.kind.replace('_', ' ')}, {_leads_in_short(card.inputs.leads)}",
            "parameters": card.n_parameters,
            "trained on": "simulated" if card.trained_on.simulated else "real",
            "tested on": f"{result.n_examples} {'simulated' if result.simulated else 'real'}"
            if result
            else "–",
            "MAE (mEq/L)": result.mae_meq_l if result else None,
            "MAE of the mean": result.mae_of_mean_meq_l if result else None,
        }
        for card, result in ((card, card.results[0] if card.results else None) for card in cards)
    )


def _leads_in_short(leads: tuple[str, ...]) -> str:
    """The names while they are few; all twelve would push the results off a narrow screen."""
    return ", ".join(leads) if len(leads) <= 3 else f"{len(leads)} leads"


def draw_card(card: Card) -> None:
    st.markdown(card.summary)
    st.markdown("**Limits**\n" + "\n".join(f"- {limit}" for limit in card.limits))
    st.table(pd.Series(facts_of(card), name=" "), border="horizontal")
    if card.results:
        st.markdown("**Results**")
        results = results_table(card)
        st.table(results.set_index("data set").T, border="horizontal")
        csv_download(results, key=f"results_{card.name}", filename=f"{card.name}_results")
    st.caption(f"SHA-256 of the weights: `{card.sha256}`")


def facts_of(card: Card) -> dict[str, str]:
    """What a card says, as name and value."""
    inputs, facts, familiar = card.inputs, card.trained_on, card.familiar
    patients = "patients not named" if facts.n_patients is None else f"{facts.n_patients:,} patients"
    hypo, normal, mild, severe = card.calibration.class_mix
    return {
        "Architecture": f"{card.architecture}, {card.n_parameters:,} parameters",
        "Follows": card.source,
        "Input": f"{inputs.kind.replace('_', ' ')} of {', '.join(inputs.leads)}; {inputs.samples} samples at "
        f"{inputs.fs_hz:g} Hz, {inputs.unit}; {inputs.normalization}",
        "Output": f"{card.output} ({card.unit})",
        "Trained on": f"{'SIMULATED. ' if facts.simulated else ''}{facts.description}; {facts.n_records:,} records, "
        f"{patients}, {facts.n_examples:,} examples",
        "Potassium in training": facts.k_distribution,
        "Split": facts.split,
        "Recipe": f"{facts.recipe}; {facts.epochs} epochs, {facts.seconds / 60:.0f} min, seed {facts.seed}",
        "Interval": f"{card.calibration.target_coverage:.0%}, calibrated on {card.calibration.n_examples:,} examples",
        "Familiar ECGs": f"potassium {familiar.k_meq_l[0]:.1f}–{familiar.k_meq_l[1]:.1f} mEq/L; an ECG unlike 99 % of the "
        "calibration records is marked, one unlike all gets no estimate",
        "Class mix assumed": f"{hypo:.0%} hypo, {normal:.0%} normal, {mild:.0%} hyper below 6.5, {severe:.0%} severe",
        "Licence of the weights": card.licence,
    }


def results_table(card: Card) -> pd.DataFrame:
    """A row per data set that neither training nor calibration saw."""
    return pd.DataFrame(
        {
            "data set": result.dataset,
            "kind": "SIMULATED" if result.simulated else "real",
            "n": f"{result.n_examples} examples of {result.n_records} records",
            "MAE (mEq/L)": f"{result.mae_meq_l:.2f}",
            "MAE of always the mean (mEq/L)": f"{result.mae_of_mean_meq_l:.2f}",
            "RMSE (mEq/L)": f"{result.rmse_meq_l:.2f}",
            "Correlation r": f"{result.pearson_r:.2f}",
            "AUC hyperkalemia": f"{result.auc_hyper:.3f}",
            "AUC hypokalemia": f"{result.auc_hypo:.3f}",
            "Truth inside the interval": f"{result.coverage:.1%} (aim {result.coverage_target:.0%})",
        }
        for result in card.results
    )


def as_section(markdown: str) -> str:
    """A file's text for a part of this page: headings two levels lower; links to files beside it, which lead nowhere here, as words."""
    shifted = "\n".join(f"##{line}" if line.startswith("#") else line for line in markdown.splitlines())
    return _LINK_TO_FILE.sub(r"\1", shifted)


def draw_attribution() -> None:
    path = ROOT / "examples" / "ATTRIBUTION.md"
    if path.is_file():
        with st.expander("Bundled examples: where each comes from"):
            st.markdown(as_section(path.read_text(encoding="utf-8")))


def draw_versions() -> None:
    st.subheader("Versions")
    names = " · ".join(f"{name} {version(name)}" for name in LIBRARIES)
    st.caption(f"Kalium {__version__} · Python {platform.python_version()} · {names}")


draw_page()
