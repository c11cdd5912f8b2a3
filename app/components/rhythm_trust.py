"""What the rhythm says about trust in an estimate of potassium, whatever the networks say themselves."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from app.components.rhythm_words import fact_name, limit_words, value_words
from app.components.text import as_markdown, inside_a_sentence
from ecg_core.figures.probabilities import percent
from ecg_core.rhythm.types import RhythmFact, RhythmFacts
from ecg_core.twelve_lead.types import FindingCode, TwelveLeadAnswer

_WHY = {
    "irregular": "T and QT change with every RR interval.",
    "no_p_waves": "A P wave that potassium flattens cannot be told from one that was never there.",
    "fibrillation": "There is no P wave to judge, and fibrillation waves lie over T.",
    "wide_qrs": "Conduction block changes QRS and T as potassium does; severe hyperkalemia widens the QRS, too.",
    "bradycardia": "Severe hyperkalemia can slow the heart; so can drugs and conduction disease.",
    "tachycardia": "P can lie on the T wave before it, and T is harder to bound.",
    "paced": "The pacemaker shapes QRS and T; what is left of potassium in them is uncertain.",
    "ectopic_beats": "Models that look at single beats or at stretches still see them.",
}

_WHY_FINDING: dict[FindingCode, str] = {
    "AFIB": _WHY["fibrillation"],
    "CRBBB": _WHY["wide_qrs"],
    "CLBBB": _WHY["wide_qrs"],
}


def draw_rhythm_trust(rhythm: RhythmFacts, answer: TwelveLeadAnswer | None = None) -> None:
    """A short notice: each fact that was found, and what a 12-lead model says where one is installed."""
    with st.container(border=True, key="kalium_rhythm_trust"):
        st.markdown("**What the rhythm says about trust**")
        if rhythm.found:
            st.markdown("\n".join(_line(fact) for fact in rhythm.found))
        else:
            st.markdown(rhythm.summary)
        if answer is not None and not answer.abstained:
            st.markdown(findings_words(answer, {_WHY[fact.key] for fact in rhythm.found}))
        st.caption(
            " ".join(
                ["Flags are read from the beats and waves, not by the networks.", *_not_assessed(rhythm)]
            )
        )


def findings_words(answer: TwelveLeadAnswer, said: Collection[str]) -> str:
    """One sentence with the probabilities that matter for trust, and why the named ones do unless that was `said`."""
    findings = [answer.finding(code) for code in _WHY_FINDING]
    told = [f"{inside_a_sentence(finding.name)} {percent(finding.probability)}" for finding in findings]
    shown = [
        f"**{words} (named)**" if finding.present else words
        for words, finding in zip(told, findings, strict=True)
    ]
    reasons = dict.fromkeys(_WHY_FINDING[finding.code] for finding in findings if finding.present)
    new = [reason for reason in reasons if reason not in said]
    return " ".join([f"The 12-lead model says: {', '.join(shown)}.", *new])


def _line(fact: RhythmFact) -> str:
    """What was found, its value and limit unless the sentence says them, and why it matters."""
    said = f"{fact.limit:.0f} {fact.unit}" in fact.text
    measured = "" if said else f" (measured: {value_words(fact)}; limit: {limit_words(fact)})"
    return f"- :material/flag: **{as_markdown(fact.text)}**{measured} {_WHY[fact.key]}"


def _not_assessed(rhythm: RhythmFacts) -> list[str]:
    names = [inside_a_sentence(fact_name(fact)) for fact in rhythm.facts if fact.found is None]
    return [f"Not assessed: {', '.join(names)}."] if names else []
