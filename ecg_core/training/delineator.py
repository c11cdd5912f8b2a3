"""How the network that finds P, QRS and T is trained, and judged on records it never saw."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from ecg_core.annotation.learned import LearnedDelineator
from ecg_core.annotation.wave_net import WaveNet
from ecg_core.datasets.example import Example
from ecg_core.datasets.ludb import N_FOLDS, LudbECG, read_ludb
from ecg_core.datasets.marked_examples import marked_examples
from ecg_core.evaluation.delineation import LeadScores, marks_ms, p_share
from ecg_core.evaluation.fiducials import score_table
from ecg_core.filtering.pipeline import filter_record
from ecg_core.inference.checkpoint import half_precision
from ecg_core.network_files import fuse_normalization, store
from ecg_core.training.loop import Epoch, Stage, run_stage
from ecg_core.training.marked_batches import MarkedBatches, Signals, read_noise, training_noise

_LEADS_PER_BATCH = 48
_STEPS_PER_EPOCH, _STEPS_OF_CHECK = 60, 6

Report = Callable[[str], None]


def wave_loss(model: nn.Module, signal_mv: Tensor, shares: Tensor) -> Tensor:
    """Cross-entropy with the shares of each class, over the marked samples alone."""
    log_probabilities = model(signal_mv).float().log_softmax(2)
    return -(shares * log_probabilities).sum() / shares.sum().clamp(min=1.0)


_STAGE = Stage(
    "delineator", wave_loss, 3e-3, _LEADS_PER_BATCH, epochs=46, patience=46, anneal=True, clip_norm=5.0
)


def train_delineator(
    ludb: Path, noise_folder: Path, out: Path, runs: Path, seed: int, report: Report
) -> None:
    """Train on the LUDB folder, with the noise recordings in `noise_folder`, and write the checkpoint `out`.

    First one network for each fifth of the records, trained on the other four and judged on this one; then
    the network that is kept, trained on all records, for which these figures stand. Goes on where an earlier
    training in `runs` stopped.
    """
    ecgs = list(read_ludb(ludb))
    examples = [marked_examples(ecg, np.random.default_rng([seed + 1, int(ecg.record_id)])) for ecg in ecgs]
    noise = training_noise(read_noise(noise_folder))
    scores, fibrillation = LeadScores(), np.zeros(2, int)
    for fold in range(N_FOLDS):
        seen = [k for k, ecg in enumerate(ecgs) if ecg.fold != fold]
        model, _ = _train(ecgs, examples, seen, noise, runs / f"delineator-{fold}", seed, report)
        held_out = [ecg for ecg in ecgs if ecg.fold == fold]
        fibrillation += score_network(model, held_out, scores)
    model, history = _train(ecgs, examples, range(len(ecgs)), noise, runs / "delineator-all", seed, report)
    table = score_table(scores.tallies)
    report(table.to_string(index=False))
    store(model, out, _card(history, len(ecgs), seed, table, fibrillation.tolist()))


def _train(
    ecgs: Sequence[LudbECG],
    examples: Sequence[Sequence[Example]],
    chosen: Sequence[int],
    noise: tuple[Signals, ...],
    folder: Path,
    seed: int,
    report: Report,
) -> tuple[WaveNet, list[Epoch]]:
    """A network trained on the records `chosen`; the unusual ones, which are few, count three times."""
    records = [examples[k] for k in chosen for _ in range(3 if ecgs[k].is_unusual else 1)]
    training = MarkedBatches(records, noise, seed + 1, _STEPS_PER_EPOCH)
    # The last epochs, with a rate near zero, are the best: the check on records it learns from only guards against accidents.
    check = MarkedBatches([[own[0]] for own in records], noise, seed + 2, _STEPS_OF_CHECK, fixed=True)
    torch.manual_seed(seed)
    model = WaveNet()

    def tell(epoch: Epoch) -> None:
        report(f"{folder.name} {epoch.epoch}: loss {epoch.train_loss:.4f}, check {epoch.val_loss:.4f}")

    history = run_stage(_STAGE, model, training, check, folder, tell)
    half_precision(model)
    return model, history


def score_network(model: WaveNet, ecgs: Sequence[LudbECG], scores: LeadScores) -> tuple[int, int]:
    """Add every lead of these records to `scores`; returns P waves and QRS complexes found in atrial fibrillation."""
    fused = WaveNet()
    fused.load_state_dict(model.state_dict())
    delineator = LearnedDelineator(model=fuse_normalization(fused.eval()))
    fibrillation = np.zeros(2, int)
    for ecg in ecgs:
        _, waves = delineator.find_beats_and_waves(filter_record(ecg.record).record)
        leads = {lead: marks_ms(found, ecg.record.fs_hz) for lead, found in waves.items()}
        for lead, found in leads.items():
            scores.add(*ecg.truth_ms(lead), found)
        if ecg.fibrillates:
            fibrillation += p_share(leads.values())
    return int(fibrillation[0]), int(fibrillation[1])


def _card(
    history: list[Epoch], n_records: int, seed: int, table: pd.DataFrame, fibrillation: list[int]
) -> dict[str, object]:
    return {
        "name": "wave_net",
        "title": "Wave finder",
        "summary": "Tells P, QRS and T apart, sample by sample, in every lead of an ECG with regard to all others.",
        "source": "U-Net over time (Ronneberger et al. 2015) with means over leads (Deep Sets, Zaheer et al. 2017)",
        "n_parameters": sum(parameter.numel() for parameter in WaveNet().parameters()),
        "inputs": "Filtered millivolts at 250 Hz, any leads, any length; gaps are NaN",
        "trained_on": {
            "description": "LUDB 1.0.1 (doi:10.13026/eegm-h675), with simulated potassium, atrial fibrillation and tachycardia, other"
            " rates, polarities and sets of leads, and the first halves of the recordings of the MIT-BIH Noise Stress Test Database",
            "n_records": n_records,
            "recipe": "Adam with cosine decay from 3e-3, batches of 48 leads of 6.1 s, cross-entropy; records without P, paced, with"
            " ventricular extrasystoles or third-degree block count three times",
            "seed": seed,
            "epochs": len(history),
            "seconds": round(sum(epoch.seconds for epoch in history)),
        },
        "results": {
            "description": f"Five networks, each judged on the fifth of the {n_records} LUDB records that it never saw (split by record,"
            " each record of another patient), all 12 leads, 150 ms tolerance. The network kept was trained on all"
            " records by the same recipe: the figures stand for it, they were not measured on it. Constants of the"
            " rules that turn its answer into waves were chosen on the same records.",
            "rows": json.loads(table.round(4).to_json(orient="records")),
            "p_waves_in_atrial_fibrillation": {"found": fibrillation[0], "qrs": fibrillation[1]},
        },
        "limits": [
            "One P and one T for each beat: P waves that are not followed by a QRS have no place.",
            "Paced beats, ventricular rhythms and flutter are rare among the records it has learned from.",
            "Simulated potassium changes are no laboratory potassium.",
            "Research software: not for diagnosis or treatment.",
        ],
        "licence": "same as the project",
    }
