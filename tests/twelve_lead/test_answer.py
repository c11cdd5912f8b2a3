import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from ecg_core.errors import CheckpointError
from ecg_core.inference.predict import AnnotatedECG
from ecg_core.network_files import CARD
from ecg_core.record import ECGRecord
from ecg_core.twelve_lead.answer import answer, raw_outputs
from ecg_core.twelve_lead.checkpoint import AGE_OUTPUT, TwelveLeadCheckpoint, load_twelve_lead
from ecg_core.twelve_lead.inputs import twelve_lead_input
from ecg_core.twelve_lead.types import FINDINGS
from tests.twelve_lead.conftest import Annotated


def test_every_finding_has_a_probability_and_the_age_an_interval(
    checkpoint: TwelveLeadCheckpoint, normal_ecg: AnnotatedECG
) -> None:
    said = answer(normal_ecg, checkpoint)
    outputs = raw_outputs(checkpoint, twelve_lead_input(normal_ecg.filtered), normal_ecg.annotation)
    assert [finding.code for finding in said.findings] == list(FINDINGS)
    for finding, logit in zip(said.findings, outputs, strict=False):
        assert finding.probability == pytest.approx(1 / (1 + np.exp(-(1.5 * logit - 0.2))))
        assert finding.present == (finding.probability >= 0.4)
    assert said.age_years == pytest.approx(60 + 17 * outputs[AGE_OUTPUT])
    assert (said.age_low, said.age_high) == (said.age_years - 15, said.age_years + 14)
    assert said.flags == ()
    assert not said.abstained


def test_leads_are_left_out_by_name(
    checkpoint: TwelveLeadCheckpoint, normal: ECGRecord, annotated: Annotated
) -> None:
    ecg = annotated(normal)
    few = answer(ecg, checkpoint, leads=("I", "II", "V2"))
    shuffled = annotated(normal.select(["V2", "II", "I"]))
    alone = answer(dataclasses.replace(shuffled, annotation=ecg.annotation), checkpoint)
    assert few.leads_used == alone.leads_used == ("I", "II", "V2")
    assert [item.probability for item in few.findings] == pytest.approx(
        [item.probability for item in alone.findings], abs=1e-3
    )
    assert [flag.code for flag in few.flags] == ["lead_missing"]


def test_estimated_leads_are_told(checkpoint: TwelveLeadCheckpoint, normal_ecg: AnnotatedECG) -> None:
    said = answer(normal_ecg, checkpoint, leads=("I", "II", "V2"), estimated_leads=("V2", "V3"))
    assert said.estimated_leads == ("V2",)


def test_without_a_heartbeat_there_is_no_answer(
    checkpoint: TwelveLeadCheckpoint, normal: ECGRecord, annotated: Annotated
) -> None:
    said = answer(annotated(normal.with_signal(np.zeros_like(normal.signal_mv))), checkpoint)
    assert said.abstained
    assert not any(finding.present for finding in said.findings)
    assert "no_beats" in [flag.code for flag in said.flags]


def test_a_checkpoint_comes_back_as_it_was(checkpoint: TwelveLeadCheckpoint) -> None:
    again = load_twelve_lead(checkpoint.folder)
    assert again.card == checkpoint.card
    for name, value in checkpoint.model.state_dict().items():
        assert torch.equal(value, again.model.state_dict()[name])


def test_damaged_checkpoints_are_refused(checkpoint_folders: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    card = (checkpoint_folders / "ml_resnet" / CARD).read_text()
    (folder / CARD).write_text(card)
    with pytest.raises(CheckpointError, match="missing"):
        load_twelve_lead(folder)
    (folder / "model.safetensors").write_bytes(
        (checkpoint_folders / "ribeiro_half" / "model.safetensors").read_bytes()
    )
    with pytest.raises(CheckpointError, match="checksum"):
        load_twelve_lead(folder)
    (folder / CARD).write_text(card.replace("ml_resnet", "no_such_net"))
    with pytest.raises(CheckpointError, match="no_such_net"):
        load_twelve_lead(folder)
    (folder / CARD).write_text("{}")
    with pytest.raises(CheckpointError, match="not a readable card"):
        load_twelve_lead(folder)
