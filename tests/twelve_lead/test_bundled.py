"""The 12-lead models that come with the program."""

import pytest

from ecg_core.evaluation.twelve_lead import read_table, score
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples
from ecg_core.twelve_lead.answer import answer
from ecg_core.twelve_lead.checkpoint import BUNDLED, EVALUATION, TwelveLeadCheckpoint, load_twelve_lead
from tests.twelve_lead.conftest import Annotated

NAMES = sorted(path.parent.name for path in BUNDLED.glob(f"*/{EVALUATION}"))


@pytest.fixture(params=NAMES, scope="module")
def bundled(request: pytest.FixtureRequest) -> TwelveLeadCheckpoint:
    return load_twelve_lead(BUNDLED / request.param)


def test_they_are_there() -> None:
    assert {"measured", "few_leads"} <= set(NAMES)


def test_the_card_says_what_the_table_says(bundled: TwelveLeadCheckpoint) -> None:
    scores = score(read_table(bundled.folder / EVALUATION), n_resamples=2)
    results = bundled.card.results
    assert results["n_records"] == scores.n_records == 2203
    assert results["mean_auprc"]["value"] == pytest.approx(scores.mean_auprc.value)
    assert results["mean_auroc"]["value"] == pytest.approx(scores.mean_auroc.value)
    assert results["age_mae"]["value"] == pytest.approx(scores.age_mae.value)


@pytest.mark.parametrize("name", ["measured", "few_leads"])
@pytest.mark.parametrize(
    ("key", "present"),
    [("normal", set()), ("atrial_fibrillation", {"AFIB"}), ("left_bundle_branch_block", {"CLBBB"})],
    ids=["normal", "fibrillation", "left_bundle_branch_block"],
)
def test_plain_examples_are_called(name: str, key: str, present: set[str], annotated: Annotated) -> None:
    record = open_ecg(next(item.path for item in list_examples() if item.key == key))
    said = answer(annotated(record), load_twelve_lead(BUNDLED / name))
    assert {finding.code for finding in said.findings if finding.present} == present
    assert said.age_low < said.age_years < said.age_high
