"""What KaliumNet's answer rests on, and whether it carries over to ECGs that were changed in another way or come from elsewhere.

    python -m benchmarks.transfer --base-ecgs PTBXL --challenge DIR --ludb DIR [--every N]

Three tables, all of SIMULATED potassium:

- signs: by how much the bundled model moves when one sign of potassium alone is simulated, and when all but one are;
- ways: small models that learned from two of the three ways of changing T, tested on the third, beside models that
  learned from all three; as many examples each. ECGs of the calibration and test parts, by halves;
- sources: small models that learned without a source of base ECGs, tested on it.

Small models are one member of each kind, a few passes. Where a model relied on the traces of a way of changing, it
would fail on the way it never saw.
"""

from __future__ import annotations

import argparse
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from ecg_core.annotation.annotate import annotate
from ecg_core.datasets.base_ecg import BaseECG, read_bases, source_of
from ecg_core.datasets.potassium import LabelledECG, draw_potassium
from ecg_core.datasets.prepared import PreparedECGs, is_prepared, load_prepared, prepare
from ecg_core.errors import SignalError
from ecg_core.filtering.pipeline import filter_record
from ecg_core.filtering.quality import assess_quality
from ecg_core.inference.checkpoint import Checkpoint, load_checkpoint
from ecg_core.inference.predict import AnnotatedECG, predict
from ecg_core.models.kalium_net import KaliumNet
from ecg_core.record import ECGRecord
from ecg_core.simulation.effects import TYPICAL_PATIENT, SimulatedPatient
from ecg_core.simulation.morph import MorphStyle
from ecg_core.simulation.simulate import simulate_potassium
from ecg_core.training.kalium_batches import facts_of
from ecg_core.training.kalium_recipe import BEATS_STAGE, FACTS_STAGE, train_members

WAYS = {
    "time warped": MorphStyle(1.0, "hermite"),
    "T synthesised": MorphStyle(0.0, "hermite"),
    "repolarisation spread": MorphStyle(0.0, "repolarisation"),
}
DRAWS_PER_WAY = 3
LOW_MEQ_L, HIGH_MEQ_L = 2.3, 7.2
_NO_SIGN = replace(
    TYPICAL_PATIENT, t_weight=0.0, peaking=0.0, p_weight=0.0, qrs_weight=0.0, u_weight=0.0, slows=False
)
SIGNS = {
    "T and ST": ("t_weight", "peaking"),
    "P and PR": ("p_weight",),
    "QRS width": ("qrs_weight",),
    "U": ("u_weight",),
}
LEFT_OUT = ("Challenge 2021", "LUDB")
ECGS_AT_ONCE = 256


def patients() -> Iterator[tuple[str, SimulatedPatient]]:
    """Patients with all signs, with one alone, and without one; QRS height goes with every dose."""
    every = replace(TYPICAL_PATIENT, slows=False)
    yield "all", every
    for sign, weights in SIGNS.items():
        yield f"{sign} alone", _with_weights(_NO_SIGN, weights, 1.0)
        yield f"all but {sign}", _with_weights(every, weights, 0.0)


def _with_weights(patient: SimulatedPatient, names: tuple[str, ...], weight: float) -> SimulatedPatient:
    for name in names:
        patient = replace(patient, **{name: weight})  # type: ignore[arg-type]
    return patient


def print_signs(checkpoint: Checkpoint, bases: list[BaseECG]) -> None:
    """Median change of the estimate against the same ECG at its own normal potassium."""
    rows = []
    for base in bases:
        try:
            rows += _changes(checkpoint, base)
        except SignalError:  # a gap, a missing lead, too few beats
            continue
    table = pd.DataFrame(rows, columns=["base", "signs", "K", "change"])
    n_ecgs = table["base"].nunique()
    print(f"signs: median change of the estimate, mEq/L, from 4.2 (n = {n_ecgs} ECGs, SIMULATED)")
    print(
        table.pivot_table(index="signs", columns="K", values="change", aggfunc="median", sort=False).round(2)
    )


def _changes(checkpoint: Checkpoint, base: BaseECG) -> list[tuple[str, str, float, float]]:
    """Of one ECG: its name, the signs, the level and the change, for every patient of `patients`."""
    filtered = filter_record(base.record).record
    annotation = annotate(filtered)

    def estimate(k_meq_l: float, patient: SimulatedPatient) -> float:
        rng = np.random.default_rng(zlib.crc32(base.record_id.encode()))
        return _answer(checkpoint, simulate_potassium(filtered, annotation, k_meq_l, rng, patient))

    normal = estimate(TYPICAL_PATIENT.own_normal_meq_l, TYPICAL_PATIENT)
    return [
        (base.record_id, signs, k_meq_l, estimate(k_meq_l, patient) - normal)
        for signs, patient in patients()
        for k_meq_l in (LOW_MEQ_L, HIGH_MEQ_L)
    ]


def _answer(checkpoint: Checkpoint, record: ECGRecord) -> float:
    filtered = filter_record(record).record
    return predict(checkpoint, AnnotatedECG.as_trained(filtered, assess_quality(record, filtered))).k_meq_l


def changed_in_every_way(bases: list[BaseECG]) -> Iterator[LabelledECG]:
    """Each base at random levels, `DRAWS_PER_WAY` times in each of `WAYS`; the way stands at the end of `record_id`."""
    for base in bases:
        filtered = filter_record(base.record).record
        annotation = annotate(filtered)
        rng = np.random.default_rng(zlib.crc32(base.record_id.encode()))
        for way, style in WAYS.items():
            for draw in range(DRAWS_PER_WAY):
                k_meq_l = draw_potassium(rng)
                own = replace(style, u_spread=tuple(rng.normal(0, 0.15, 8).tolist()))
                try:
                    record = simulate_potassium(filtered, annotation, k_meq_l, rng, style=own)
                except SignalError:
                    continue
                name = f"{base.record_id}-{draw}-{way}"
                patient = base.patient_id or base.record_id
                yield LabelledECG(record, k_meq_l, name, patient, base.record_id, base.split)


def print_ways(ecgs: PreparedECGs, validation: PreparedECGs) -> None:
    """Each way tested by models that never saw it, beside models that saw all; two thirds of a half of the patients taught each."""
    way = ecgs.table["record_id"].str.rsplit("-", n=1).str[-1].to_numpy()
    half = np.array([zlib.crc32(patient.encode()) % 2 for patient in ecgs.table["patient_id"]])
    seen, unseen = np.full(len(way), np.nan), np.full(len(way), np.nan)
    for part in (0, 1):
        learned, tested = np.flatnonzero(half != part), np.flatnonzero(half == part)
        two_thirds = np.random.default_rng(0).permutation(learned)[: len(learned) * 2 // 3]
        seen[tested] = _estimates(_small_model(_rows(ecgs, two_thirds), validation), _rows(ecgs, tested))
        for left_out in WAYS:
            model = _small_model(_rows(ecgs, learned[way[learned] != left_out]), validation)
            of_way = tested[way[tested] == left_out]
            unseen[of_way] = _estimates(model, _rows(ecgs, of_way))
    for left_out in WAYS:
        rows = np.flatnonzero(way == left_out)
        print(f"| {left_out} | all three ways |" + _scores(ecgs.k_meq_l[rows], seen[rows]))
        print(f"| {left_out} | the two others |" + _scores(ecgs.k_meq_l[rows], unseen[rows]), flush=True)


def print_sources(train: PreparedECGs, validation: PreparedECGs) -> None:
    """Every source of `LEFT_OUT`, tested by a model that learned from the others."""
    source = train.table["base"].map(source_of).to_numpy()
    for left_out in LEFT_OUT:
        test = _rows(train, np.flatnonzero(source == left_out))
        model = _small_model(_rows(train, np.flatnonzero(source != left_out)), validation)
        print(f"| {left_out} | never seen |" + _scores(test.k_meq_l, _estimates(model, test)))


def _small_model(train: PreparedECGs, validation: PreparedECGs) -> KaliumNet:
    passes = max(8, 30_000 // len(train.table))  # fewer examples need more passes
    stages = [replace(stage, epochs=passes, patience=passes) for stage in (FACTS_STAGE, BEATS_STAGE)]
    with tempfile.TemporaryDirectory() as folder:
        model, _ = train_members(stages, train, validation, Path(folder), lambda epoch: None, seed=0)
    return model


@torch.inference_mode()
def _estimates(model: KaliumNet, ecgs: PreparedECGs) -> NDArray[np.float64]:
    beats, facts = torch.from_numpy(ecgs.median_mv.astype(np.float32)), facts_of(ecgs)
    parts = zip(torch.split(beats, ECGS_AT_ONCE), torch.split(facts, ECGS_AT_ONCE), strict=True)
    return np.concatenate([model(x, known, x.any(dim=2)).numpy() for x, known in parts])


def _rows(ecgs: PreparedECGs, rows: NDArray[np.int64]) -> PreparedECGs:
    table = ecgs.table.iloc[rows].reset_index(drop=True)
    return PreparedECGs(
        table, ecgs.signal_uv[rows], ecgs.cycles[rows], ecgs.median_mv[rows], ecgs.measured[rows]
    )


def _scores(k_meq_l: NDArray[np.float32], estimates: NDArray[np.float64]) -> str:
    hyper, hypo = roc_auc_score(k_meq_l >= 5.5, estimates), roc_auc_score(k_meq_l <= 3.5, -estimates)
    return f" {len(k_meq_l)} | {hyper:.3f} | {hypo:.3f} | {np.abs(estimates - k_meq_l).mean():.2f} |"


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base-ecgs", type=Path, required=True, help="PTB-XL as PhysioNet ships it")
    parser.add_argument("--challenge", type=Path)
    parser.add_argument("--ludb", type=Path)
    parser.add_argument("--checkpoint", type=Path, default=Path("checkpoints", "kalium_net"))
    parser.add_argument(
        "--cache", type=Path, default=Path("cache", "potassium-simulated"), help="of training"
    )
    parser.add_argument(
        "--ways", type=Path, default=Path("cache", "transfer"), help="cache of the second table"
    )
    parser.add_argument("--tables", nargs="+", default=["signs", "ways", "sources"])
    parser.add_argument("--every", type=int, default=1, help="use every N-th base for signs and ways")
    arguments = parser.parse_args()
    unseen = (
        base
        for base in read_bases(arguments.base_ecgs, arguments.challenge, arguments.ludb)
        if base.split in ("calibration", "test")
    )
    bases = list(unseen)[:: arguments.every]
    if "signs" in arguments.tables:
        print_signs(load_checkpoint(arguments.checkpoint), [base for base in bases if base.split == "test"])
    if {"ways", "sources"} & set(arguments.tables):
        validation = load_prepared(arguments.cache / "validation")
        print(
            "\n| tested on | learned from | n | AUC K >= 5.5 | AUC K <= 3.5 | MAE |\n|---|---|---|---|---|---|"
        )
    if "ways" in arguments.tables:
        if not is_prepared(arguments.ways):
            prepare(changed_in_every_way(bases), arguments.ways)
        print_ways(load_prepared(arguments.ways), validation)
    if "sources" in arguments.tables:
        print_sources(load_prepared(arguments.cache / "train"), validation)


if __name__ == "__main__":
    main()
