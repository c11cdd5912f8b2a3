"""What the card of a bundled architecture says that does not depend on the training run."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from ecg_core.inference.card import InputSpec
from ecg_core.leads import INDEPENDENT_LEADS, STANDARD_LEADS
from ecg_core.models.empnet import FACTS as EMPNET_FACTS
from ecg_core.models.kalium_facts import FACTS as KALIUM_FACTS


@dataclass(frozen=True)
class ModelFacts:
    """Words and input of one architecture."""

    summary: str
    source: str
    inputs: InputSpec
    limits: tuple[str, ...]


_CYCLES_OF_II = InputSpec(
    "cycle",
    ("II",),
    500.0,
    512,
    "z-score",
    "each cycle to mean 0 and SD 1, zero-padded around R at sample 180",
)
_II_ONLY = "Sees lead II only and no absolute amplitudes."

MODEL_FACTS = MappingProxyType(
    {
        "kalium_net": ModelFacts(
            "Six small networks agree on an estimate: three see the median beats of the eight independent leads, three"
            " what is measured in them.",
            "An architecture of our own, chosen for what carries over between ways of simulating; see docs/models.md",
            InputSpec(
                "median_beat",
                INDEPENDENT_LEADS,
                500.0,
                512,
                "mV",
                "filtered millivolts, not scaled, zero-padded around R at sample 180",
                KALIUM_FACTS,
            ),
            (
                "Answers from five of the eight independent leads on; fewer leads make it less certain, not abstain.",
            ),
        ),
        "dcrnn": ModelFacts(
            "Depthwise-separable convolutions and a three-layer LSTM over single beats of lead II;"
            " the record's estimate is the median over its beats.",
            "Source document 001, “Deep Learning based Serum potassium estimation” (Wonju Severance Hospital)",
            _CYCLES_OF_II,
            (_II_ONLY,),
        ),
        "dscnn": ModelFacts(
            "A compact network of depthwise-separable convolutions over single beats of lead II, small enough for a"
            " wearable; the record's estimate is the median over its beats, and hyperkalemia is K of 5.5 mEq/L or more.",
            "Source document 004, “Deep-Learning-based Serum Potassium Level Prediction Using ECG Signal for Monitoring"
            " Hyperkalemia”",
            _CYCLES_OF_II,
            (_II_ONLY,),
        ),
        "dscnn_standard": ModelFacts(
            "DSCNN layer by layer with standard convolutions, to show what factorizing them saves; single beats of lead"
            " II, median over the beats.",
            "Source document 004, “Deep-Learning-based Serum Potassium Level Prediction Using ECG Signal for Monitoring"
            " Hyperkalemia”",
            _CYCLES_OF_II,
            (_II_ONLY,),
        ),
        "ecg12net": ModelFacts(
            "One densely connected network over each of twelve leads, joined by attention over the leads;"
            " the record's estimate is the mean over crops of 2.05 s.",
            "Lin et al., JMIR Medical Informatics 2020;8(3):e15931 (source document 000)",
            InputSpec("crop", STANDARD_LEADS, 500.0, 1024, "mV", "filtered millivolts, not scaled"),
            ("Absent leads, up to four, are left out of its attention.",),
        ),
        "empnet": ModelFacts(
            "ECG12Net, to whose answer is added what age, sex, heart rate and intervals say; the record's estimate is the"
            " mean over crops of 2.05 s.",
            "Lin et al., JMIR Medical Informatics 2020;8(3):e15931 (source document 000)",
            InputSpec(
                "crop", STANDARD_LEADS, 500.0, 1024, "mV", "filtered millivolts, not scaled", EMPNET_FACTS
            ),
            (
                "Absent leads, up to four, are left out of its attention; what is not known beside the ECG counts as"
                " average.",
            ),
        ),
        "beta_vae": ModelFacts(
            "A beta-VAE describes the median beats of II and V5 in 64 numbers; a regressor reads them with nine"
            " handcrafted features.",
            "Source document 002, “Variational Auto Encoder Based Two stage Potassium Level Prediction Framework”",
            InputSpec(
                "median_beat", ("II", "V5"), 500.0, 512, "mV", "filtered millivolts, not scaled, zero-padded"
            ),
            ("Needs leads II and V5 and a regular enough rhythm for a median beat.",),
        ),
    }
)

COMMON_LIMITS = (
    "Learned from simulated potassium effects on real ECGs; never tested on laboratory potassium.",
    "Class probabilities assume the class mix of the simulated calibration set, not that of any clinic.",
    "Other causes of the same ECG changes (bundle branch block, ischaemia, drugs, left ventricular hypertrophy)"
    " can mislead it.",
    "Research software: not for diagnosis or treatment.",
)
