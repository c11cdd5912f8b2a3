"""What the rhythm is, fact by fact: found or not, its value, the limit, and a sentence."""

from __future__ import annotations

from html import escape

import streamlit as st

from app.components.rhythm_words import fact_name, found_word, limit_words, value_words
from ecg_core.rhythm.types import RhythmFact, RhythmFacts

_SIGNS = {"found": "▲", "not found": "–", "not assessed": "?"}


def draw_rhythm(rhythm: RhythmFacts) -> None:
    """All facts as a table."""
    st.subheader("Rhythm")
    st.html(rhythm_html(rhythm))


def rhythm_html(rhythm: RhythmFacts) -> str:
    """The table as HTML."""
    rows = "".join(_row(fact) for fact in rhythm.facts)
    return (
        '<table class="kalium-readings"><thead><tr><th scope="col">Fact</th><th scope="col">Found?</th>'
        f'<th scope="col">Value</th><th scope="col">Limit</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _row(fact: RhythmFact) -> str:
    word = found_word(fact)
    return (
        f'<tr class="kalium-{word.replace(" ", "-")}">'
        f'<th scope="row">{escape(fact_name(fact))}<small>{escape(fact.text)}</small></th>'
        f'<td><span aria-hidden="true">{_SIGNS[word]}</span> {word}</td>'
        f"<td>{escape(value_words(fact))}</td><td>{escape(limit_words(fact))}</td></tr>"
    )
