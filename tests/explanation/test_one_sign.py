"""The patient's own ECG with one sign moved, estimated again by a network that measures that sign."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ecg_core.analysis import Analysis, analyze
from ecg_core.errors import SignalError
from ecg_core.explanation.counterfactual import moved_beats
from ecg_core.explanation.one_sign import CHANGES, Shift, shifts
from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import Checkpoint
from ecg_core.readers import open_ecg
from ecg_core.record import ECGRecord
from tests.made_up_card import made_up_card

EXAMPLES = Path(__file__).parents[2] / "examples"


@cache
def analysis() -> Analysis:
    return analyze(open_ecg(EXAMPLES / "ptbxl" / "00185_hr.hea"))


class HeightOfT(nn.Module):
    """Potassium rises with the height of T after R in the first lead of a crop, and with nothing else."""

    def forward(self, x: Tensor, present: Tensor | None = None) -> Tensor:
        smooth = nn.functional.avg_pool1d(x[:, 1:2], 25, stride=1)
        return 3.0 + 10.0 * (smooth[:, 0].quantile(0.85, dim=1) - smooth[:, 0].quantile(0.4, dim=1))


def familiar_with_everything(card: Card) -> Card:
    return replace(card, familiar=replace(card.familiar, foreign=1e9, unusual=1e9))


def test_a_network_that_looks_at_t_alone_moves_with_t_alone() -> None:
    checkpoint = Checkpoint(
        familiar_with_everything(made_up_card("ecg12net", 1)), HeightOfT().eval(), Path("none")
    )
    told: list[float] = []
    with torch.inference_mode():
        as_it_is, rows = shifts(analysis(), checkpoint, told.append)
    by_words = {row.moved.words: row.shift_meq_l for row in rows}
    assert np.isfinite(as_it_is)
    assert len(rows) == len(CHANGES) == len(told)
    assert told[-1] == 1.0
    assert by_words["T 30 % taller"] > 0.1
    assert by_words["T 30 % lower"] < -0.1
    assert abs(by_words["QRS 25 % wider"]) < by_words["T 30 % taller"] / 2


def test_what_one_meq_l_takes_is_told_only_where_the_sign_matters() -> None:
    assert Shift(CHANGES[0], 4.9, 0.5).amount_per_meq_l == pytest.approx(2 * CHANGES[0].amount)
    assert Shift(CHANGES[0], 3.9, -0.5).amount_per_meq_l == pytest.approx(2 * CHANGES[0].amount)
    assert np.isnan(Shift(CHANGES[0], 4.4, 0.01).amount_per_meq_l)
    assert np.isnan(Shift(CHANGES[0], np.nan, np.nan).amount_per_meq_l)


def test_the_moved_beats_stand_on_the_patients_own() -> None:
    lower, today, higher = moved_beats(analysis(), 4.4)
    assert [beat.moved_by_meq_l for beat in (lower, today, higher)] == [-1.0, 0.0, 1.0]
    r = slice(160, 200)
    for lead in ("II", "V3", "V5"):
        own = today.beats_mv[lead]
        assert np.nanmax(np.abs(higher.beats_mv[lead][r] - own[r])) < 0.5 * np.nanmax(np.abs(own[r]))

    def half_width(beat: dict[str, np.ndarray]) -> int:
        t = np.nan_to_num(beat["V3"][250:450])
        return int((t > t.max() / 2).sum())

    assert half_width(higher.beats_mv) < half_width(today.beats_mv) < half_width(lower.beats_mv)


def with_record(record: ECGRecord) -> Analysis:
    whole = analysis()
    return replace(whole, automatic=replace(whole.automatic, standard_record=record))


def test_an_ecg_that_cannot_be_moved_says_why() -> None:
    record = analysis().automatic.standard_record
    with pytest.raises(SignalError, match="V1"):
        moved_beats(with_record(record.select(["I", "II"])), 4.4)
    gap_mv = record.signal_mv.copy()
    gap_mv[:, 100:200] = np.nan
    with pytest.raises(SignalError, match="without gaps"):
        moved_beats(with_record(record.with_signal(gap_mv)), 4.4)
