"""What restored leads are worth to a model of findings and age: Model 1 on true, absent and restored leads.

    python -m benchmarks.restored_findings --prepared DIR --waveforms DIR [--model CHECKPOINT] [--epochs 12]

`--prepared` is what `train twelve-lead` and `--waveforms` what `train restoration` prepared (the folders
`twelve-lead-prepared` and `restoration-waveforms` in `--runs`). `--model` is a trained Model 1; without it one of a
quarter of the width is trained here for `--epochs` epochs. It is judged on the records of fold 10 of which the
restoration learned nothing: with all leads; with a set of leads, the others masked; with the others restored by least
squares and by UResNet; and by UResNet after it went on to learn from restored training records for a quarter of the
epochs. Goes on where it was stopped.

Part of the training records have lost their amplitudes. They are restored from leads of the usual amplitude, the test
records from their own.
"""

from __future__ import annotations

import argparse
import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from ecg_core.datasets.twelve_lead import PreparedTwelveLead, load_twelve_lead_folder
from ecg_core.datasets.twelve_lead_sources import TEST_FOLD
from ecg_core.datasets.waveforms import FS_HZ as WAVEFORM_HZ
from ecg_core.datasets.waveforms import Waveforms, prepare_waveforms
from ecg_core.evaluation.bootstrap import WithInterval, bootstrap_interval
from ecg_core.evaluation.lead_elimination import lead_mask
from ecg_core.filtering.resample import resample
from ecg_core.leads import INDEPENDENT_LEADS, STANDARD_LEADS, standard_from_independent
from ecg_core.models.twelve_lead.ribeiro import CHANNELS, RibeiroNet
from ecg_core.models.twelve_lead.u_resnet import STRIDE, UResNet
from ecg_core.training.lead_elimination import TASKS, score_of
from ecg_core.training.twelve_lead_batches import (
    MEAN_AGE_YEARS,
    STD_AGE_YEARS,
    Alterations,
    TwelveLeadExamples,
)
from ecg_core.training.twelve_lead_loop import N_FINDINGS, Schedule, answers, fit
from ecg_core.twelve_lead.checkpoint import N_OUTPUTS, load_twelve_lead
from ecg_core.twelve_lead.inputs import FS_HZ, SAMPLES, band_pass, standardise
from ecg_core.twelve_lead.restore import bundled_restorer, measured_mask

LEAD_SETS = (("I", "II", "V2", "V5"), ("I", "II"))
_INDEPENDENT_ROWS = [STANDARD_LEADS.index(lead) for lead in INDEPENDENT_LEADS]
_QUARTER = tuple(n_channels // 4 for n_channels in CHANNELS)
_BATCH = 64
_CPU = torch.device("cpu")

Floats = NDArray[np.float32]


def estimated(signal_mv: Floats, leads: tuple[str, ...], model: UResNet, linear: bool) -> Floats:
    """ECGs `(n, 8, samples)` at 125 Hz to `(n, 12, 1000)` as the models see them, all leads estimated from these."""
    length = signal_mv.shape[2] // STRIDE * STRIDE
    mask = torch.from_numpy(measured_mask(leads))
    pieces = []
    with torch.inference_mode():
        for start in range(0, len(signal_mv), _BATCH):
            batch = torch.from_numpy(signal_mv[start : start + _BATCH, :, :length])
            shown = mask.expand(len(batch), -1)
            guess = model.linear(shown) @ batch
            pieces.append((guess if linear else guess + model.missed(guess, shown)).numpy())
    standard = standard_from_independent(np.concatenate(pieces))
    rows = resample(band_pass(standard.reshape(-1, length), WAVEFORM_HZ), WAVEFORM_HZ, FS_HZ)
    padded = np.zeros((len(rows), SAMPLES), dtype=np.float32)
    padded[:, : rows.shape[1]] = np.stack([standardise(row) for row in rows])[:, :SAMPLES]
    return padded.reshape(-1, len(STANDARD_LEADS), SAMPLES)


def with_estimates(
    prepared: PreparedTwelveLead, estimates: Floats, leads: tuple[str, ...]
) -> PreparedTwelveLead:
    """These ECGs with the leads that are not among `leads`, and do not follow from them, replaced by their estimates."""
    thousandths = np.rint(estimates * 1000).clip(-32768, 32767).astype(np.int16)
    signal = np.where(lead_mask(leads)[:, None], prepared.signal, thousandths)
    return replace(prepared, signal=signal, mask=np.ones_like(prepared.mask))


def usual_mv(prepared: PreparedTwelveLead, waveforms: Waveforms) -> Floats:
    """The eight independent leads at 125 Hz with the amplitudes that leads usually have, `(n, 8, samples)`."""
    sd_mv = np.median(waveforms.part_mv("train").std(axis=2), axis=0)
    spread = prepared.signal[:, _INDEPENDENT_ROWS].astype(np.float32) / 1000
    return resample(spread * sd_mv[:, None], FS_HZ, WAVEFORM_HZ)


def judged(
    model: nn.Module, prepared: PreparedTwelveLead, mask: NDArray[np.bool_] | None = None
) -> dict[str, str]:
    """Mean AUPRC of the findings and the error of the age, in words, with 95 % intervals."""
    if mask is not None:
        prepared = replace(prepared, mask=prepared.mask & mask)
    examples = TwelveLeadExamples.of(prepared, False, _CPU)
    outputs = answers(model, examples, np.arange(len(prepared)))
    words: dict[str, str] = {}
    for task in TASKS:
        said = outputs if task == "findings" else MEAN_AGE_YEARS + STD_AGE_YEARS * outputs[:, N_FINDINGS:]
        statistic, n = score_of(task, prepared, said)
        words[task] = _words(bootstrap_interval(statistic, np.arange(n)))
    return words


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--prepared", type=Path, required=True)
    parser.add_argument("--waveforms", type=Path, required=True)
    parser.add_argument("--runs", type=Path, default=Path("runs", "restored-findings"))
    parser.add_argument("--model", type=Path)
    parser.add_argument("--epochs", type=int, default=12)
    arguments = parser.parse_args()
    training = load_twelve_lead_folder(arguments.prepared / "train")
    training = training.where((training.fold != TEST_FOLD) & training.mask.all(axis=1))
    waveforms = prepare_waveforms([], arguments.waveforms, print)
    test, test_mv = _test(load_twelve_lead_folder(arguments.prepared / "test"), waveforms)
    print(f"{len(training)} training records, {len(test)} test records", flush=True)

    def learn(model: nn.Module, prepared: PreparedTwelveLead, schedule: Schedule, name: str) -> nn.Module:
        examples = TwelveLeadExamples.of(prepared, False, _CPU)
        state = arguments.runs / f"{name}.safetensors"
        return fit(model, examples, np.arange(len(prepared)), schedule, TASKS, state, 0, _tell)

    if arguments.model is None:
        torch.manual_seed(0)
        schedule = Schedule(arguments.epochs, 2e-3, alterations=Alterations(shift_samples=100))
        model = learn(RibeiroNet(N_OUTPUTS, _QUARTER), training, schedule, "base")
    else:
        model = load_twelve_lead(arguments.model).model
    rows = [{"leads": "all", "input": "all measured", **judged(model, test)}]
    _show(rows)
    restorer = bundled_restorer().model
    base = "base" if arguments.model is None else arguments.model.name
    tuning = Schedule(
        max(1, arguments.epochs // 4), 5e-4, alterations=Alterations(lead_drop_share=0.0, shift_samples=100)
    )
    for leads in LEAD_SETS:
        name = ",".join(leads)
        learned = with_estimates(
            training, estimated(usual_mv(training, waveforms), leads, restorer, False), leads
        )
        restored = with_estimates(test, estimated(test_mv, leads, restorer, False), leads)
        by_lines = with_estimates(test, estimated(test_mv, leads, restorer, True), leads)
        tuned = learn(copy.deepcopy(model), learned, tuning, f"{base}-{len(leads)}-restored")
        rows += [
            {"leads": name, "input": "others masked", **judged(model, test, lead_mask(leads))},
            {"leads": name, "input": "restored by least squares", **judged(model, by_lines)},
            {"leads": name, "input": "restored by UResNet", **judged(model, restored)},
            {"leads": name, "input": "restored by UResNet, fine-tuned", **judged(tuned, restored)},
        ]
        _show(rows)


def _test(prepared: PreparedTwelveLead, waveforms: Waveforms) -> tuple[PreparedTwelveLead, Floats]:
    """The records of fold 10 of which the restoration learned nothing, and their leads in millivolts."""
    own = waveforms.table[waveforms.table["part"] == "test"]
    place = {name: row for row, name in enumerate(own["record_id"])}
    known = np.array(
        [name in place and there.all() for name, there in zip(prepared.record_id, prepared.mask, strict=True)]
    )
    chosen = prepared.where(known & (prepared.fold == TEST_FOLD))
    return chosen, waveforms.part_mv("test")[[place[name] for name in chosen.record_id]]


def _words(found: WithInterval) -> str:
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _show(rows: list[dict[str, str]]) -> None:
    print(pd.DataFrame(rows).to_string(index=False), flush=True)


def _tell(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    main()
