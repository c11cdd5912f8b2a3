"""How common hyper- and hypokalemia are at the user's own place, and what that makes of alarms and probabilities."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from ecg_core.evaluation.bootstrap import WithInterval
from ecg_core.evaluation.conditions import Condition, with_limit
from ecg_core.evaluation.predictive_values import PredictiveValues, predictive_values
from ecg_core.inference.prevalence import EMERGENCY, EMERGENCY_SOURCE, Prevalence

_LEAST, _MOST = 0.1, 49.0  # percent


def choose_prevalence(key: str) -> Prevalence:
    """Two fields for the user's own prevalences; what was set on one page is there on the others, too."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        hyper = _field("Hyperkalemia, % of patients", "hyper", 100 * EMERGENCY.hyper, key)
        hypo = _field("Hypokalemia, % of patients", "hypo", 100 * EMERGENCY.hypo, key)
    st.caption(f"As set at first: {EMERGENCY_SOURCE}. The source counts from 5.0, the models from 5.5 mEq/L.")
    return Prevalence(hyper / 100, hypo / 100)


def choose_severe_share() -> float | None:
    """The share of patients with severe hyperkalemia, from 0 to 1; None while nothing was entered, as no usual one is known."""
    percent = st.number_input(
        "Severe hyperkalemia, % of patients",
        _LEAST,
        _MOST,
        value=None,
        step=0.1,
        format="%.1f",
        key="prevalence_severe",
        placeholder="not set",
        width=240,
    )
    return None if percent is None else percent / 100


def _field(label: str, condition: Condition, default: float, key: str) -> float:
    kept = f"prevalence_{condition}"

    def keep() -> None:
        st.session_state[kept] = st.session_state[f"{key}_{kept}"]

    return st.number_input(
        label,
        _LEAST,
        _MOST,
        value=float(st.session_state.get(kept, default)),
        step=0.5,
        format="%.1f",
        key=f"{key}_{kept}",
        on_change=keep,
        width=240,
    )


def draw_predictive_values(table: pd.DataFrame, shares: Mapping[Condition, float]) -> pd.DataFrame:
    """What an alarm means where conditions are so common, in words; returns the same as a table. Raises ECGError for a table without both classes."""
    found = {condition: _measured(table, condition, share) for condition, share in shares.items()}
    for condition, values in found.items():
        st.markdown(f"**{with_limit(condition)}.** {in_words(values)}")
    return pd.DataFrame([_row(with_limit(condition), values) for condition, values in found.items()])


@st.cache_data(scope="session", max_entries=16, show_spinner="Measuring with bootstrap intervals…")
def _measured(table: pd.DataFrame, condition: Condition, prevalence: float) -> PredictiveValues:
    return predictive_values(table, condition, prevalence)


def in_words(values: PredictiveValues) -> str:
    """Natural frequencies: of 1,000 patients like these, who would be alarmed for and who missed."""
    ill = 1000 * values.prevalence
    found = ill * values.sensitivity.value
    false = (1000 - ill) * (1 - values.specificity.value)
    return (
        f"Of 1,000 patients {ill:.0f} have it; an alarm finds {found:.0f} of them and also rings for {false:.0f} "
        f"others, so {_percent(values.ppv)} of the alarms are right. Without an alarm {_percent(values.npv)} do not "
        "have it."
    )


def _percent(number: WithInterval) -> str:
    return f"**{number.value:.1%}** (95 % CI {100 * number.low:.1f}–{number.high:.1%})".replace("%)", " %)")


def _row(name: str, values: PredictiveValues) -> dict[str, object]:
    measures = ("sensitivity", "specificity", "ppv", "npv")
    numbers = {measure: getattr(values, measure) for measure in measures}
    columns = {
        f"{measure}{suffix}": part
        for measure, number in numbers.items()
        for suffix, part in (("", number.value), ("_low", number.low), ("_high", number.high))
    }
    return {
        "condition": name,
        "prevalence": values.prevalence,
        "n": values.n,
        "n_positive": values.n_positive,
    } | columns
