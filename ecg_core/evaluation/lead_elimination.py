"""Recursive Lead Elimination: how few leads suffice, and which.

From the eight independent leads one is dropped each round, the one that is missed least; limb leads that follow from
two that stay cost nothing and stay as well. What reads the leads is trained anew in every round.
Rounds are kept in a file, so that an interrupted elimination goes on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ecg_core.errors import ECGError
from ecg_core.leads import CHEST_LEADS, INDEPENDENT_LEADS, LIMB_LEADS, STANDARD_LEADS
from ecg_core.network_files import NETWORKS
from ecg_core.whole_files import replaced_at_once

BUNDLED = NETWORKS / "twelve_lead" / "lead_elimination"
CURVES = "curves.parquet"

Leads = tuple[str, ...]
Score = Callable[[Leads], float]  # how good the answers from these leads alone are; more is better
Learn = Callable[[Leads], Score]  # trains anew on these leads; scores them and sets without some of them


@dataclass(frozen=True)
class Round:
    """The score of `leads`, the score without each one of them, and which was dropped then (None in the last round)."""

    leads: Leads
    score: float
    without: dict[str, float]
    dropped: str | None


def with_derivable(leads: Sequence[str]) -> Leads:
    """These leads and the limb leads that follow from them, in the standard order."""
    derivable = LIMB_LEADS if sum(lead in LIMB_LEADS for lead in leads) >= 2 else ()
    return tuple(lead for lead in STANDARD_LEADS if lead in leads or lead in derivable)


def lead_mask(leads: Sequence[str]) -> NDArray[np.bool_]:
    """`(12,)` in the order of `STANDARD_LEADS`: these leads and what follows from them."""
    there = with_derivable(leads)
    return np.array([lead in there for lead in STANDARD_LEADS])


def eliminate(learn: Learn, state: Path, report: Callable[[str], None]) -> list[Round]:
    """Eight rounds, from all independent leads down to one. Rounds that the file `state` holds are not repeated."""
    rounds = read_rounds(state)
    leads = remaining(rounds)
    while leads:
        score = learn(leads)
        without = {lead: score(_other(leads, lead)) for lead in leads} if len(leads) > 1 else {}
        dropped = max(without, key=lambda lead: without[lead]) if without else None
        rounds.append(Round(leads, score(leads), without, dropped))
        _write_rounds(rounds, state)
        report(f"{in_words(leads)}: score {rounds[-1].score:.3f}; missed least: {dropped or 'none is left'}")
        leads = remaining(rounds)
    return rounds


def remaining(rounds: Sequence[Round]) -> Leads:
    """The leads of the next round; none after the last."""
    if not rounds:
        return INDEPENDENT_LEADS
    last = rounds[-1]
    return _other(last.leads, last.dropped) if last.dropped else ()


def read_rounds(state: Path) -> list[Round]:
    """The rounds that are done; none where there is no such file."""
    if not state.is_file():
        return []
    rows = json.loads(state.read_text(encoding="utf-8"))
    return [Round(**row | {"leads": tuple(row["leads"])}) for row in rows]


def read_curves(folder: Path) -> pd.DataFrame:
    """The table of a finished elimination (`training.lead_elimination`). Raises ECGError when it cannot be read."""
    path = folder / CURVES
    try:
        return pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise ECGError(f"{path} is not a readable table of an elimination of leads.") from error


def in_words(leads: Sequence[str]) -> str:
    """`I, II, V2`, neighbouring chest leads drawn together: `V2-V5`."""
    names = [lead for lead in leads if lead not in CHEST_LEADS]
    chest = [lead for lead in CHEST_LEADS if lead in leads]
    groups: list[list[str]] = []
    for lead in chest:
        if groups and int(groups[-1][-1][1]) + 1 == int(lead[1]):
            groups[-1].append(lead)
        else:
            groups.append([lead])
    for group in groups:
        names += [f"{group[0]}-{group[-1]}"] if len(group) > 2 else group
    return ", ".join(names)


def _other(leads: Leads, dropped: str) -> Leads:
    return tuple(lead for lead in leads if lead != dropped)


def _write_rounds(rounds: Sequence[Round], state: Path) -> None:
    with replaced_at_once(state) as unfinished:
        unfinished.write_text(json.dumps([asdict(row) for row in rounds], indent=2) + "\n", encoding="utf-8")
