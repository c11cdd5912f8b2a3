"""The cards of the small networks that read scanned pages."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from app.components.text import as_markdown
from ecg_core.errors import CheckpointError
from ecg_core.network_files import CARD, NETWORKS, card_of

FOLDER = NETWORKS / "digitization"
_SECTIONS = {"trained_on": "Trained on", "results": "Results"}


def draw_page_cards() -> None:
    """A card for each network, as for the models of potassium."""
    st.subheader("The networks that read scanned pages")
    for path in sorted(FOLDER.glob(f"*/{CARD}")):
        try:
            card = card_of(path.parent)
        except CheckpointError as error:
            st.warning(as_markdown(str(error)), icon=":material/warning:")
            continue
        with st.expander(f"{card['title']}: model card"):
            _draw_card(card)


def _draw_card(card: Mapping[str, object]) -> None:
    st.markdown(str(card["summary"]))
    limits = card["limits"]
    if isinstance(limits, list):
        st.markdown("**Limits**\n" + "\n".join(f"- {limit}" for limit in limits))
    facts = {"Parameters": _words(card["n_parameters"])}
    facts |= {_label(key): str(card[key]) for key in ("architecture", "source", "input") if key in card}
    st.table(pd.Series(facts, name=" "), border="horizontal")
    for key, title in _SECTIONS.items():
        section = card[key]
        if isinstance(section, Mapping):
            st.markdown(f"**{title}**")
            said = {_label(n): str(value) if n == "seed" else _words(value) for n, value in section.items()}
            st.table(pd.Series(said, name=" "), border="horizontal")
    st.caption(f"SHA-256 of the weights: `{card['sha256']}`")


def _label(key: str) -> str:
    """``"n_records"`` as ``"Records"``."""
    words = key.removeprefix("n_").replace("_", " ")
    return words[:1].upper() + words[1:]


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name} {_words(inner)}" for name, inner in value.items())
    if isinstance(value, float):
        return f"{value:.3g}"
    return f"{value:,}".replace(",", " ") if isinstance(value, int) else str(value)
