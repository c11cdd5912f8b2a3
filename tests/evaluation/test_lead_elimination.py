from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.errors import ECGError
from ecg_core.evaluation.lead_elimination import (
    Leads,
    Score,
    eliminate,
    in_words,
    lead_mask,
    read_curves,
    read_rounds,
    with_derivable,
)
from ecg_core.leads import INDEPENDENT_LEADS, LIMB_LEADS, STANDARD_LEADS

WORTH = {"I": 5.0, "II": 8.0, "V1": 7.0, "V2": 1.0, "V3": 2.0, "V4": 3.0, "V5": 4.0, "V6": 6.0}
LEAST_WORTH_FIRST = ["V2", "V3", "V4", "V5", "I", "V6", "V1"]


def worth(leads: Leads) -> float:
    return sum(WORTH[lead] for lead in leads)


def learn(leads: Leads) -> Score:
    """Knows of no other leads than it learned from."""

    def score(subset: Leads) -> float:
        assert set(subset) <= set(leads)
        return worth(subset)

    return score


def quiet(words: str) -> None:
    assert words


def test_the_lead_that_is_missed_least_goes_first(tmp_path: Path) -> None:
    rounds = eliminate(learn, tmp_path / "rounds.json", quiet)
    assert [done.dropped for done in rounds] == [*LEAST_WORTH_FIRST, None]
    assert [len(done.leads) for done in rounds] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert rounds[0].leads == INDEPENDENT_LEADS and rounds[-1].leads == ("II",)
    assert rounds[2].without == {lead: worth(rounds[2].leads) - WORTH[lead] for lead in rounds[2].leads}


@pytest.mark.parametrize("stops_after", [1, 3, 7])
def test_an_interrupted_elimination_goes_on(tmp_path: Path, stops_after: int) -> None:
    state = tmp_path / "rounds.json"
    learned: list[Leads] = []

    def interrupted(leads: Leads) -> Score:
        if len(read_rounds(state)) == stops_after:
            raise KeyboardInterrupt
        return learn(leads)

    def counted(leads: Leads) -> Score:
        learned.append(leads)
        return learn(leads)

    with pytest.raises(KeyboardInterrupt):
        eliminate(interrupted, state, quiet)
    rounds = eliminate(counted, state, quiet)
    assert rounds == eliminate(learn, tmp_path / "other.json", quiet)
    assert learned == [done.leads for done in rounds[stops_after:]]


def test_a_finished_elimination_learns_nothing(tmp_path: Path) -> None:
    rounds = eliminate(learn, tmp_path / "rounds.json", quiet)

    def never(leads: Leads) -> Score:
        raise AssertionError(leads)

    assert eliminate(never, tmp_path / "rounds.json", quiet) == rounds


@given(leads=st.lists(st.sampled_from(STANDARD_LEADS), unique=True))
def test_two_limb_leads_bring_the_other_four(leads: list[str]) -> None:
    limb = set(leads) & set(LIMB_LEADS)
    expected = set(leads) | (set(LIMB_LEADS) if len(limb) >= 2 else set())
    assert set(with_derivable(leads)) == expected
    assert [lead for lead, there in zip(STANDARD_LEADS, lead_mask(leads), strict=True) if there] == list(
        with_derivable(leads)
    )


@pytest.mark.parametrize(
    ("leads", "words"),
    [
        (INDEPENDENT_LEADS, "I, II, V1-V6"),
        (("I", "II", "V2", "V5"), "I, II, V2, V5"),
        (("II", "V1", "V2", "V4", "V5", "V6"), "II, V1, V2, V4-V6"),
        (("V5",), "V5"),
    ],
)
def test_sets_of_leads_in_words(leads: Leads, words: str) -> None:
    assert in_words(leads) == words


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(ECGError, match=r"curves\.parquet"):
        read_curves(tmp_path)
