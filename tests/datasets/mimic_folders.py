"""MIMIC-IV-ECG 1.0 and the `hosp` module of MIMIC-IV in small: their layout and columns, made-up patients, times and potassium."""

import gzip
from datetime import datetime
from pathlib import Path

import wfdb

from ecg_core.readers import open_ecg
from tests.datasets.site_folders import EXAMPLES

# The order of leads in MIMIC-IV-ECG: aVF comes before aVL.
_LEADS = ("I", "II", "III", "aVR", "aVF", "aVL", "V1", "V2", "V3", "V4", "V5", "V6")

# subject, study, ECG time, example
STUDIES = (
    (10000032, 40689238, "2180-07-23 08:44:00", "normal"),
    (10000032, 44458630, "2180-07-23 09:54:00", "normal"),
    (10000117, 43872190, "2181-11-15 02:05:00", "atrial_fibrillation"),
    (10000980, 41234567, "2189-03-01 23:50:00", "left_bundle_branch_block"),
    (10000980, 41234568, "2189-06-01 12:00:00", "left_bundle_branch_block"),
)
_LAB_COLUMNS = (
    "labevent_id,subject_id,hadm_id,specimen_id,itemid,order_provider_id,charttime,storetime,value,valuenum,"
    "valueuom,ref_range_lower,ref_range_upper,flag,priority,comments"
)
# subject, item, charttime, value, unit, comment
LABS = (
    (10000032, 50971, "2180-07-23 08:30:00", "4.2", "mEq/L", ""),
    (10000032, 50822, "2180-07-23 09:50:00", "4.6", "mEq/L", ""),
    (10000032, 50983, "2180-07-23 08:44:00", "139", "mEq/L", "sodium is no potassium"),
    (10000032, 50971, "2180-07-23 09:53:00", "7.9", "mEq/L", "HEMOLYSIS FALSELY ELEVATES K. HEMOLYZED."),
    (10000117, 50971, "2181-11-15 03:00:00", "6.1", "mEq/L", ""),
    (10000117, 52610, "2181-11-15 01:20:00", "6.4", "mEq/L", ""),
    (10000117, 50971, "2181-11-15 02:00:00", "", "mEq/L", "UNABLE TO REPORT"),
    (10000980, 52452, "2189-03-02 00:20:00", "2.8", "mEq/L", ""),
    (10000980, 50971, "2189-06-01 14:00:00", "3.9", "mEq/L", "two hours after the ECG"),
    (10000999, 50971, "2189-03-01 23:50:00", "5.0", "mEq/L", "nobody's ECG"),
)


def write_mimic_ecg(root: Path) -> Path:
    """`record_list.csv`, `machine_measurements.csv` and `files/pNNNN/pNNNNNNNN/sNNNNNNNN/NNNNNNNN.hea` and `.dat`."""
    root.mkdir(parents=True)
    lines = ["subject_id,study_id,file_name,ecg_time,path"]
    statements = ["subject_id,study_id,cart_id,ecg_time,report_0,report_1"]
    for subject, study, time, example in STUDIES:
        path = f"files/p{str(subject)[:4]}/p{subject}/s{study}/{study}"
        lines.append(f"{subject},{study},{study},{time},{path}")
        rhythm = "Atrial fibrillation" if example == "atrial_fibrillation" else "Sinus rhythm"
        statements.append(f"{subject},{study},6848296,{time},{rhythm},Abnormal ECG")
        _write_record(root / path, subject, datetime.fromisoformat(time), example)
    (root / "record_list.csv").write_text("\n".join(lines) + "\n")
    (root / "machine_measurements.csv").write_text("\n".join(statements) + "\n")
    return root


def _write_record(path: Path, subject: int, time: datetime, example: str) -> None:
    path.parent.mkdir(parents=True)
    record = open_ecg(EXAMPLES[example]).select(_LEADS)
    wfdb.wrsamp(
        path.name,
        fs=500,
        units=["mV"] * 12,
        sig_name=list(_LEADS),
        p_signal=record.signal_mv.T.astype(float),
        fmt=["16"] * 12,
        adc_gain=[200.0] * 12,
        baseline=[0] * 12,
        comments=[f"<subject_id>: {subject}"],
        base_date=time.date(),
        base_time=time.time(),
        write_dir=str(path.parent),
    )


def write_hosp(root: Path) -> Path:
    """`labevents.csv.gz` and `patients.csv.gz`."""
    root.mkdir(parents=True)
    rows = [_LAB_COLUMNS]
    for number, (subject, item, time, value, unit, comment) in enumerate(LABS):
        rows.append(
            f"{number},{subject},,{number},{item},,{time},{time},{value},{value},{unit},3.3,5.1,,STAT,{comment}"
        )
    people = [
        "subject_id,gender,anchor_age,anchor_year,anchor_year_group,dod",
        "10000032,F,52,2180,2014 - 2016,2180-09-09",
        "10000117,M,48,2174,2008 - 2010,",
        "10000980,F,73,2186,2008 - 2010,2193-08-26",
    ]
    for name, lines in (("labevents.csv.gz", rows), ("patients.csv.gz", people)):
        with gzip.open(root / name, "wt") as stream:
            stream.write("\n".join(lines) + "\n")
    return root
