"""Danger signs in the ECG itself, on top of the Potassium page whatever the networks say."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from app.components.text import inside_a_sentence
from ecg_core.rules.signs import danger_signs
from ecg_core.rules.types import Sign

_DIRECTIONS = {
    "high": "seen in high potassium",
    "low": "seen in low potassium",
    "either": "seen in high and low potassium",
}


def draw_danger_signs(signs: Sequence[Sign]) -> None:
    """An alert where there is any, else one quiet line; and the other signs that are present."""
    st.html(danger_html(signs))


def danger_html(signs: Sequence[Sign]) -> str:
    """The box as HTML."""
    dangerous = danger_signs(signs)
    if not dangerous:
        return f'<section class="kalium-no-danger" aria-label="Danger signs"><p>{_none_found(signs)}</p>{_others(signs)}</section>'
    rows = "".join(_row(sign) for sign in dangerous)
    return (
        '<section class="kalium-danger" role="alert" aria-label="Danger signs">'
        f'<h3><b aria-hidden="true">⚠</b> Danger signs in the ECG itself</h3><ul>{rows}</ul>'
        "<p>Measured on the trace, whatever the networks say. Each has other causes, too; an earlier ECG and a laboratory "
        f"value tell them apart.</p>{_others(signs)}</section>"
    )


def _row(sign: Sign) -> str:
    rule = sign.rule
    return (
        f"<li><b>{escape(rule.name)}.</b> {escape(sign.text)} <small>Limit: {escape(rule.meaning)}; "
        f"{_DIRECTIONS[rule.direction]}. Also: {escape(rule.also_seen)}.</small></li>"
    )


def _none_found(signs: Sequence[Sign]) -> str:
    unknown = [inside_a_sentence(sign.rule.name) for sign in signs if sign.present is None]
    if len(unknown) == len(signs):
        return "<b>Danger signs could not be judged:</b> nothing of this ECG could be measured."
    unjudged = f" Could not be judged: {escape(', '.join(unknown))}." if unknown else ""
    if len(unknown) > len(signs) / 2:  # what little was judged must not sound like an all-clear
        return f"<b>Most danger signs could not be judged.</b>{unjudged}"
    return (
        "<b>No danger sign was measured in the ECG itself.</b> That does not exclude a dangerous potassium."
        + unjudged
    )


def _others(signs: Sequence[Sign]) -> str:
    """The signs that are present and not dangerous, by the potassium with which they are seen."""
    by_direction = [
        (words, [inside_a_sentence(sign.rule.name) for sign in signs if _counts(sign, direction)])
        for direction, words in _DIRECTIONS.items()
    ]
    parts = [f"{escape(', '.join(names))} ({words})" for words, names in by_direction if names]
    return f"<p>Other signs: {'; '.join(parts)}.</p>" if parts else ""


def _counts(sign: Sign, direction: str) -> bool:
    return bool(sign.present) and not sign.danger and sign.rule.direction == direction
