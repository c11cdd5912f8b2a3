from dataclasses import replace
from pathlib import Path

import pytest

from ecg_core.errors import CheckpointError
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network_files import CARD
from ecg_core.twelve_lead.checkpoint import BUNDLED, TwelveLeadCheckpoint
from ecg_core.twelve_lead.installed import first_to_answer, load_installed


@pytest.fixture(scope="module")
def bundled() -> tuple[TwelveLeadCheckpoint, ...]:
    return load_installed(BUNDLED)


def test_the_programs_own_models_come_first_and_other_networks_are_left_alone(
    bundled: tuple[TwelveLeadCheckpoint, ...],
) -> None:
    names = [checkpoint.card.name for checkpoint in bundled]
    assert names[:2] == ["measured", "few_leads"]
    assert "restoration" not in names


@pytest.mark.parametrize(
    ("leads", "name"),
    [
        (STANDARD_LEADS, "measured"),
        (STANDARD_LEADS[:9], "measured"),
        (STANDARD_LEADS[:8], "few_leads"),
        (("II",), "few_leads"),
        (("X", "Y", "Z", *STANDARD_LEADS[:6]), "few_leads"),
    ],
)
def test_the_number_of_standard_leads_decides_who_answers(
    bundled: tuple[TwelveLeadCheckpoint, ...], leads: tuple[str, ...], name: str
) -> None:
    assert first_to_answer(bundled, leads).card.name == name


def test_without_a_model_for_few_leads_the_first_one_answers(
    bundled: tuple[TwelveLeadCheckpoint, ...],
) -> None:
    only = replace(bundled[0])
    assert first_to_answer([only], ("II",)) is only


def test_a_damaged_card_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / CARD).write_text("{}")
    with pytest.raises(CheckpointError, match="not a readable card"):
        load_installed(tmp_path)
