"""Rhythm on the screen: every fact with its value and limit, and what it means for trust in an estimate."""

from dataclasses import replace
from functools import cache
from html import unescape

import pytest

from app.components.at_a_glance import glance_html
from app.components.rhythm_panel import rhythm_html
from app.components.rhythm_words import found_name, found_word, limit_words, value_words
from ecg_core.analysis import Analysis, analyze
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.rhythm.types import RhythmFact


@cache
def analysis_of(key: str) -> Analysis:
    return analyze(open_ecg(next(example.path for example in list_examples() if example.key == key)))


@pytest.mark.parametrize(("found", "word"), [(True, "found"), (False, "not found"), (None, "not assessed")])
def test_found_not_found_and_not_assessed_differ(found: bool | None, word: str) -> None:
    assert found_word(RhythmFact("wide_qrs", found, "A sentence.")) == word


def test_value_and_limit_have_their_unit_and_side() -> None:
    wide = RhythmFact("wide_qrs", True, "", 134.4, 120.0, "ms")
    assert (value_words(wide), limit_words(wide)) == ("134 ms", "from 120 ms")
    slow = RhythmFact("bradycardia", False, "", 72.0, 60.0, "bpm")
    assert limit_words(slow) == "below 60 bpm"
    unknown = RhythmFact("paced", None, "Pacing spikes were not assessed.")
    assert (value_words(unknown), limit_words(unknown)) == ("–", "–")


def test_table_has_a_row_for_every_fact() -> None:
    rhythm = analysis_of("atrial_fibrillation").rhythm
    html = unescape(rhythm_html(rhythm))
    assert html.count("<tr class=") == len(rhythm.facts)
    assert all(fact.text in html for fact in rhythm.facts)
    assert html.count('class="kalium-found"') == len(rhythm.found)


def test_fibrillation_stands_out_at_a_glance() -> None:
    html = glance_html(analysis_of("atrial_fibrillation"))
    assert "Looks like atrial fibrillation" in html
    assert "No rhythm finding" not in html


def test_an_interval_of_few_beats_says_so_at_a_glance() -> None:
    analysis = analysis_of("normal")
    assert "beats</small>" not in glance_html(analysis)
    few = tuple(replace(one, n_beats=1) if one.key == "pr_ms" else one for one in analysis.measurements)
    html = glance_html(replace(analysis, measurements=few))
    assert html.count("<small>in 1 of 12 beats</small>") == 1


def test_nothing_found_is_said_and_so_is_what_was_not_assessed() -> None:
    analysis = analysis_of("normal")
    assert "No rhythm finding" in glance_html(analysis)
    paced = RhythmFact("paced", None, "Pacing spikes were not assessed.")
    wide = RhythmFact("wide_qrs", None, "The width of the QRS was not assessed.")
    html = glance_html(replace(analysis, rhythm=replace(analysis.rhythm, paced=paced, wide_qrs=wide)))
    assert "Not assessed: wide QRS, ventricular pacing" in html
    assert "No rhythm finding" in html


def test_only_what_a_clinician_must_call_is_said_with_reserve() -> None:
    facts = analysis_of("normal").rhythm.facts
    assert {fact.key for fact in facts if found_name(fact).startswith("Looks like")} == {
        "fibrillation",
        "paced",
    }
