import csv
import re

import pytest

from ecg_core.leads import STANDARD_LEADS
from ecg_core.readers import open_ecg
from ecg_core.readers.examples import list_examples

EXAMPLES = list_examples()


def test_keys_and_titles_are_unique():
    assert (
        len({example.key for example in EXAMPLES})
        == len({example.title for example in EXAMPLES})
        == len(EXAMPLES)
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
def test_every_example_opens_and_says_where_it_comes_from(example):
    record = open_ecg(example.path)
    assert record.duration_s == pytest.approx(10, abs=0.2 if example.is_page else 0)
    assert all((example.title, example.description, example.source, example.licence))
    attribution = (example.path.parents[1] / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert f"`{example.path.parent.name}/`" in attribution


def test_the_promised_kinds_are_there():
    leads = {example.key: open_ecg(example.path).leads for example in EXAMPLES}
    assert leads["two_leads"] == ("II", "V5")
    assert all(
        leads[key] == STANDARD_LEADS for key in ("normal", "atrial_fibrillation", "left_bundle_branch_block")
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
def test_age_and_sex_are_those_of_the_description(example):
    said = re.match(r"(Wom|M)an of (\d+)\.", example.description)
    if said is None:
        assert example.patient.age_years is None or example.simulated
        return
    known = {
        (patient.age_years, patient.sex) for patient in (example.patient, open_ecg(example.path).patient)
    }
    assert known - {(None, None)} == {(int(said[2]), "female" if said[1] == "Wom" else "male")}


def test_the_index_names_every_record_in_the_folder():
    folder = EXAMPLES[0].path.parents[1]
    with (folder / "examples.csv").open(encoding="utf-8", newline="") as index:
        named = {row["file"] for row in csv.DictReader(index)}
    stored = {
        str(path.relative_to(folder))
        for path in folder.glob("*/*")
        if path.suffix in {".hea", ".csv", ".dcm", ".jpg"}
    }
    assert named == stored
