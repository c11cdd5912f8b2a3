"""VitalDB's tables and exported tracks in small; patients, times and potassium are made up, the ECG is a bundled example."""

from pathlib import Path

import numpy as np

from ecg_core.readers import open_ecg
from tests.datasets.site_folders import EXAMPLES

MINUTES = 5  # of each case

_CLINICAL = """caseid,subjectid,casestart,caseend,anestart,aneend,opstart,opend,adm,dis,icu_days,death_inhosp,age,sex,height,weight
1,5955,0,300,-552,300,60,240,-236220,627780,0,0,77,M,160.2,67.5
2,2487,0,300,-1039,300,60,240,-221160,1506840,0,0,>89,F,167.3,54.8
3,5955,0,300,-590,300,60,240,-218640,40560,0,0,77,M,160.2,67.5
4,1158,0,300,-590,300,60,240,-218640,40560,0,0,50,F,160.2,67.5
"""
_LABS = """caseid,dt,name,result
1,-20000,k,4.4
1,100,k,4.1
1,100,na,139
1,250,k,5.6
2,150,k,2.9
2,180,k,29
3,290,k,6.6
4,100,k,4.0
9,100,k,4.0
"""


def write_vitaldb(root: Path) -> tuple[Path, Path]:
    """Folder of the tables, folder of the tracks: case 2 begins with noise and gaps, case 4 has no tracks."""
    tracks = root / "tracks"
    tracks.mkdir(parents=True)
    (root / "clinical_data.csv").write_text(_CLINICAL)
    (root / "lab_data.csv").write_text(_LABS)
    for caseid in (1, 2, 3):
        np.savez_compressed(tracks / f"{caseid}.npz", **case_tracks(caseid))
    return root, tracks


def case_tracks(caseid: int) -> dict[str, np.ndarray]:
    """Lead II and V5 of an example, again and again; of case 2 only from the fourth minute on."""
    record = open_ecg(EXAMPLES["normal"])
    tracks = {
        f"ECG_{lead}": np.tile(record.lead_mv(lead), 6 * MINUTES).astype(np.float32) for lead in ("II", "V5")
    }
    if caseid == 2:
        for signal_mv in tracks.values():
            signal_mv[: 500 * 120] = np.nan
            signal_mv[500 * 120 : 500 * 180] = np.random.default_rng(0).normal(0, 2, 500 * 60)
    return tracks
