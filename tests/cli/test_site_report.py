import math
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from ecg_core.cli.potassium_report import USUAL_SHARES
from ecg_core.cli.site_answers import Answer, AnswerFile
from ecg_core.cli.site_report import model_report, site_table
from ecg_core.datasets.site_ecg import PotassiumLabel, SiteECG
from ecg_core.errors import ECGError
from ecg_core.evaluation.table import validate_evaluation

MODELS = {"dcrnn": "0" * 64}


def ecg(number: int, k_meq_l: float, **groups: str) -> SiteECG:
    return SiteECG(
        row=number + 2,
        path=Path(f"{number}.hea"),
        record_id=f"{number}.hea",
        patient_id=f"p{number}",
        split="test",
        potassium=PotassiumLabel(k_meq_l, k_meq_l),
        recorded_at=datetime(2026, 1, 31),
        drawn_after=timedelta(minutes=-15),
        groups=groups,
    )


def said(k_meq_l: float | None) -> Answer:
    numbers = dict.fromkeys(("k_low", "k_high", "p_hypo", "p_normal", "p_hyper"))
    if k_meq_l is not None:
        numbers = {
            "k_low": k_meq_l - 1,
            "k_high": k_meq_l + 1,
            "p_hypo": 0.2,
            "p_normal": 0.3,
            "p_hyper": 0.5,
        }
    facts = {"simulated": False, "sex": None, "age_years": None, "qrs_ms": 90.0, "heart_rate_bpm": None}
    return {**facts, "models": {"dcrnn": {"k_meq_l": k_meq_l, **numbers, "flags": "noise"}}}


def test_a_column_of_the_site_takes_the_place_of_none_of_ours() -> None:
    table = site_table(
        "dcrnn", [ecg(0, 4.0, patient_id="x", k_true_meq_l="9", ward="A")], {"0.hea": said(4.5)}
    )
    (row,) = table.to_dict("records")
    assert (row["patient_id"], row["k_true_meq_l"], row["ward"]) == ("p0", 4.0, "A")
    assert (row["k_meq_l"], row["drawn_after_min"]) == (4.5, -15.0)


def test_ecgs_that_were_not_read_are_absent_and_abstentions_are_nan() -> None:
    table = site_table(
        "dcrnn", [ecg(0, 4.0), ecg(1, 5.0), ecg(2, 6.0)], {"0.hea": said(4.5), "2.hea": said(None)}
    )
    assert list(table["record_id"]) == ["0.hea", "2.hea"]
    assert math.isnan(table["k_meq_l"][1])
    assert len(validate_evaluation(table)) == 2
    assert site_table("dcrnn", [ecg(0, 4.0)], {}).empty


def test_the_report_counts_the_patients_of_small_groups_only() -> None:
    ecgs = [ecg(i, 3.0 + 0.2 * i, ward="ICU" if i < 12 else "ED") for i in range(20)]
    answers = {e.record_id: said(e.potassium.k_meq_l + 0.5) for e in ecgs}
    report = model_report("DCRNN", site_table("dcrnn", ecgs, answers), ["ward"], USUAL_SHARES)
    lines = {line.split("  ")[0].strip(): line.split() for line in report.splitlines() if "ward" in line}
    icu, emergency = (next(v for k, v in lines.items() if name in k) for name in ("ICU", "ED"))
    assert icu[2:8] == ["12", "12", "0", "0.50", "[0.50,", "0.50]"]
    assert emergency[2:6] == ["8", "8", "0", "-"]
    assert "Measured on 20 real ECGs" in report and "range of potassium" not in report


def test_answers_survive_an_interruption(tmp_path: Path) -> None:
    path = tmp_path / "deep/answers.jsonl"
    with AnswerFile(path, MODELS, resume=True) as file:
        file.append("a", said(4.0))
        file.append("b", said(None))
    path.write_text(path.read_text()[:-3])
    with AnswerFile(path, MODELS, resume=True) as file:
        assert file.answers == {"a": said(4.0)}
    with AnswerFile(path, MODELS, resume=False) as file:
        assert not file.answers
    with pytest.raises(ECGError, match="answers of other models"):
        AnswerFile(path, {"dcrnn": "1" * 64}, resume=True)


def test_a_number_that_is_none_is_never_written(tmp_path: Path) -> None:
    with (
        AnswerFile(tmp_path / "a.jsonl", MODELS, resume=False) as file,
        pytest.raises(ValueError, match="not JSON compliant"),
    ):
        file.append("a", {"qrs_ms": np.nan})
