"""Every sign that is measured without a network: present or not, what was measured, its limit and who set it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from app.components.downloads import csv_download
from ecg_core.rules.export import signs_json
from ecg_core.rules.types import Sign

_WORDS = {True: ("▲", "present"), False: ("–", "not present"), None: ("?", "not measured")}
_SEEN_IN = {"high": "high K", "low": "low K", "either": "high or low K"}


def draw_signs(signs: Sequence[Sign]) -> None:
    """The table with a button to take it away."""
    st.caption(
        "Read from the marked waves as they stand now, by fixed limits. How often each is present in ECGs without a "
        "potassium effect is in docs/signs.md. “Not measured” never means normal."
    )
    st.html(signs_html(signs))
    csv_download(lambda: signs_table(signs), key="signs_csv", filename="signs", label="All signs (CSV)")


def signs_html(signs: Sequence[Sign]) -> str:
    """The table as HTML."""
    rows = "".join(_row(sign) for sign in signs)
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Sign", "Present?", "Seen in", "Limit"))
    return f'<table class="kalium-readings kalium-signs"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def signs_table(signs: Sequence[Sign]) -> pd.DataFrame:
    """A row per sign with everything that is known about it."""
    rows = [{"sign": key} | facts for key, facts in signs_json(signs).items()]
    return pd.DataFrame(rows).assign(leads=lambda table: table["leads"].str.join(" "))


def _row(sign: Sign) -> str:
    icon, word = _WORDS[sign.present]
    rule = sign.rule
    found = ' class="kalium-found"' if sign.present else ""
    return (
        f'<tr{found}><th scope="row">{escape(rule.name)}<small>{escape(sign.text)}</small></th>'
        f'<td><span aria-hidden="true">{icon}</span> {word}</td><td>{_SEEN_IN[rule.direction]}</td>'
        f'<td class="kalium-wraps">{escape(rule.meaning)}<small>{escape(rule.source)}</small></td></tr>'
    )
