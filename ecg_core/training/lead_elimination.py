"""Recursive Lead Elimination on labelled ECGs: what is trained anew in every round, and the curve on fold 10.

As in ML-ResNet each lead has a small network and the leads are combined linearly. In every round the networks of the
leads that are left and their combination are trained together from fresh weights. The combination is then refitted to
its optimum (logistic and ridge regression): to all leads of the round, which is the round's answer, and without each
one of them, which decides what is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from ecg_core.datasets.twelve_lead import PreparedTwelveLead
from ecg_core.datasets.twelve_lead_sources import TEST_FOLD
from ecg_core.errors import ECGError
from ecg_core.evaluation.bootstrap import Weighted, bootstrap_interval, weighted_mean
from ecg_core.evaluation.lead_elimination import CURVES, Leads, Score, eliminate, lead_mask
from ecg_core.evaluation.twelve_lead import weighted_auprc
from ecg_core.training.lead_features import lead_features, rhythm_features, train_lead_networks
from ecg_core.training.twelve_lead_loop import Task
from ecg_core.twelve_lead.types import FINDINGS
from ecg_core.whole_files import replaced_at_once

TASKS: tuple[Task, ...] = ("findings", "age")
HELD_OUT = ((1, 3, 5, 7, 9), (2, 4, 6, 8))  # each group is judged by what was trained on the other

_LEAST_ECGS = 20  # of a group of folds
_LOGISTIC_C, _RIDGE_ALPHA = 0.03, 100.0

Report = Callable[[str], None]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Learned:
    """What one group of folds was left out of in one round: features `(n, 12, 16)` and `(n, 18)` of all ECGs, and which it learns from."""

    of_leads: Floats
    of_rhythm: Floats
    learns: NDArray[np.bool_]

    def columns(self, leads: Leads) -> Floats:
        """`(n, columns)`: what these leads and the rhythm say, each column with mean 0 and spread 1 over what it learns from."""
        chosen = self.of_leads[:, lead_mask(leads)].reshape(len(self.of_leads), -1)
        both = np.concatenate([chosen, self.of_rhythm], axis=1)
        scaled: Floats = StandardScaler().fit(both[self.learns]).transform(both)
        return scaled


@dataclass(frozen=True, eq=False)
class Group:
    """A group of folds that is held out, and the trainings without it. Their states are kept in `runs`."""

    number: int
    prepared: PreparedTwelveLead
    runs: Path
    seed: int
    report: Report

    @property
    def learns(self) -> NDArray[np.bool_]:
        """`(n,)`: the ECGs that are learned from."""
        learns: NDArray[np.bool_] = ~np.isin(self.prepared.fold, (*HELD_OUT[self.number], TEST_FOLD))
        return learns

    def learn(self, leads: Leads) -> Learned:
        """Train anew on these leads, unless that was done before."""
        shown = replace(self.prepared, mask=self.prepared.mask & lead_mask(leads))
        rhythm = rhythm_features(self.prepared.facts, self.learns)
        state = self.runs / f"{'-'.join(leads)}-without-{self.number}.safetensors"
        seed = int(np.random.default_rng([self.seed, self.number, len(leads)]).integers(2**31))
        model = train_lead_networks(shown, rhythm, self.learns, state, seed, self.report)
        return Learned(lead_features(model, shown), rhythm, self.learns)


@dataclass(frozen=True, eq=False)
class LeadElimination:
    """One task's elimination over prepared ECGs of all folds; fold 10 decides nothing. State in `runs`."""

    task: Task
    prepared: PreparedTwelveLead
    groups: tuple[Group, ...]
    runs: Path
    report: Report

    def curve(self) -> pd.DataFrame:
        """A row per round: `task`, `n_leads`, `leads`, `dropped`, `selection` (the cross-validated score) and, on fold 10, `value`, `low`, `high`, `n`.

        Findings: mean AUPRC; age: mean absolute error in years.
        """
        rounds = eliminate(self._learn, self.runs / f"{self.task}.json", self._tell)
        test = self.prepared.fold == TEST_FOLD
        rows = []
        for done in rounds:
            learned = [group.learn(done.leads) for group in self.groups]
            answers = np.mean([self._answers(each, done.leads) for each in learned], axis=0)
            statistic, n = score_of(self.task, self.prepared.where(test), answers[test])
            found = bootstrap_interval(statistic, np.arange(n))
            rows.append(
                {
                    "task": self.task,
                    "n_leads": len(done.leads),
                    "leads": ", ".join(done.leads),
                    "dropped": done.dropped or "",
                    "selection": self._sign * done.score,
                    "value": found.value,
                    "low": found.low,
                    "high": found.high,
                    "n": n,
                }
            )
        return pd.DataFrame(rows)

    @property
    def _sign(self) -> float:
        return -1.0 if self.task == "age" else 1.0

    def _learn(self, leads: Leads) -> Score:
        learned = [group.learn(leads) for group in self.groups]
        return lambda subset: self._selection_score(learned, subset)

    def _selection_score(self, learned: Sequence[Learned], leads: Leads) -> float:
        """Over folds 1 to 9, each ECG judged by what did not learn from it."""
        answers = np.full((len(self.prepared), len(FINDINGS)), np.nan)
        for each, folds in zip(learned, HELD_OUT, strict=True):
            held_out = np.isin(self.prepared.fold, folds)
            answers[held_out] = self._answers(each, leads)[held_out]
        judged = np.isin(self.prepared.fold, sum(HELD_OUT, ()))
        statistic, n = score_of(self.task, self.prepared.where(judged), answers[judged])
        return self._sign * statistic(np.ones(n))

    def _answers(self, learned: Learned, leads: Leads) -> Floats:
        """Refitted to these leads alone: the log odds of each finding `(n, 6)`, or the age in years `(n, 1)`."""
        columns = learned.columns(leads)
        if self.task == "age":
            rows = learned.learns & np.isfinite(self.prepared.age_years)
            age = Ridge(_RIDGE_ALPHA).fit(columns[rows], self.prepared.age_years[rows])
            return np.asarray(age.predict(columns))[:, None]
        return np.stack(
            [self._log_odds(columns, learned.learns, column) for column in range(len(FINDINGS))], axis=1
        )

    def _log_odds(self, columns: Floats, learns: NDArray[np.bool_], finding: int) -> Floats:
        truth = self.prepared.findings[:, finding]
        rows = learns & np.isfinite(truth)
        fitted = LogisticRegression(C=_LOGISTIC_C, max_iter=500).fit(columns[rows], truth[rows] > 0.5)
        return np.asarray(fitted.decision_function(columns))

    def _tell(self, words: str) -> None:
        self.report(f"{self.task}: {words}")


def write_curves(
    training: PreparedTwelveLead, test: PreparedTwelveLead, out: Path, runs: Path, seed: int, report: Report
) -> pd.DataFrame:
    """Eliminate leads for every task, and write the curves to the folder `out`; goes on where an earlier call stopped.

    Tasks that are left with the same leads share the round's training. Raises ECGError when a group of folds is too
    small to learn from.
    """
    prepared = _joined(training, test)
    groups = tuple(Group(number, prepared, runs, seed, report) for number in range(len(HELD_OUT)))
    for group in groups:
        _check(prepared.where(group.learns))
    curves = [LeadElimination(task, prepared, groups, runs, report).curve() for task in TASKS]
    table = pd.concat(curves, ignore_index=True).assign(seed=seed)
    with replaced_at_once(out / CURVES) as unfinished:
        table.to_parquet(unfinished, index=False)
    return table


def _check(learned: PreparedTwelveLead) -> None:
    """Raises ECGError unless there are ECGs with and without every finding to learn from."""
    positive = np.nansum(learned.findings, axis=0)
    negative = np.nansum(1 - learned.findings, axis=0)
    if len(learned) < _LEAST_ECGS or min(positive.min(), negative.min()) < 1:
        raise ECGError(
            "There are too few ECGs outside fold 10 to try leads on: every finding must be there, in odd and in even folds."
            " Give more of PTB-XL."
        )


def _joined(first: PreparedTwelveLead, second: PreparedTwelveLead) -> PreparedTwelveLead:
    columns = ((getattr(first, item.name), getattr(second, item.name)) for item in fields(PreparedTwelveLead))
    return PreparedTwelveLead(*(np.concatenate(pair) for pair in columns))


def score_of(task: Task, prepared: PreparedTwelveLead, answers: Floats) -> tuple[Weighted, int]:
    """The statistic by which a task is judged, over the ECGs whose truth is known, and how many they are."""
    if task == "age":
        known = np.asarray(np.isfinite(prepared.age_years))
        return weighted_mean(np.abs(answers[known, 0] - prepared.age_years[known])), int(known.sum())
    known = np.asarray(np.isfinite(prepared.findings).all(axis=1))
    each = [
        weighted_auprc(prepared.findings[known, column] > 0.5, answers[known, column])
        for column in range(len(FINDINGS))
    ]
    return lambda weights: float(np.mean([statistic(weights) for statistic in each])), int(known.sum())
