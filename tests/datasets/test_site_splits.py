from collections import Counter

import pytest

from ecg_core.datasets.site_splits import SHARES, SPLITS, split_of_patient


def test_shares_are_kept_over_many_patients() -> None:
    counts = Counter(split_of_patient(str(number)) for number in range(20_000))
    for split, share in SHARES:
        assert counts[split] / 20_000 == pytest.approx(share, abs=0.015)
    assert sum(share for _, share in SHARES) == pytest.approx(1.0)


def test_a_patient_stays_in_a_part_for_good() -> None:
    """These may never change: a site's test patients would become training patients.

    Checked by hand with `printf kalium-site-split-1:1 | sha256sum`: 0x96 of 256 is 0.59, between 0.5 and 0.6.
    """
    patients = {
        "1": "validation",
        "2": "test",
        "3": "calibration",
        "10000032": "calibration",
        "Łukasz": "train",
    }
    assert {name: split_of_patient(name) for name in patients} == patients


def test_every_part_is_one_of_the_four() -> None:
    assert {split_of_patient(str(number)) for number in range(100)} == set(SPLITS)
