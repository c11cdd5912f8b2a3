"""How well leads are restored: by set of measured leads, lead and record, beside linear least squares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from ecg_core.evaluation.bootstrap import Weighted, WithInterval, bootstrap_interval
from ecg_core.evaluation.lead_elimination import with_derivable
from ecg_core.leads import STANDARD_LEADS, standard_from_independent
from ecg_core.models.twelve_lead.u_resnet import STRIDE, UResNet
from ecg_core.twelve_lead.restore import measured_mask, set_name

# The sets of measured leads that are judged: two chest leads, one, none; strips; one electrode off.
LEAD_SETS: tuple[tuple[str, ...], ...] = (
    ("I", "II", "V2", "V5"),
    ("I", "II", "V2", "V4"),
    ("I", "II", "V1", "V5"),
    ("I", "II", "V1", "V4"),
    ("I", "II", "V3", "V6"),
    ("I", "II", "V1"),
    ("I", "II", "V2"),
    ("I", "II", "V4"),
    ("I", "II", "V5"),
    ("I", "II"),
    ("I",),
    ("II",),
    ("II", "V1"),
    ("II", "V5"),
    ("I", "II", "V1", "V2", "V3", "V4", "V6"),
    ("I", "II", "V1", "V2", "V3", "V5", "V6"),
    ("I", "II", "V1", "V2", "V4", "V5", "V6"),
    ("I", "II", "V1", "V3", "V4", "V5", "V6"),
    ("I", "II", "V2", "V3", "V4", "V5", "V6"),
)
_BATCH = 64

Floats = NDArray[np.float32]


def restoration_table(
    signal_mv: Floats,
    record_ids: Sequence[str],
    model: UResNet,
    lead_sets: Sequence[Sequence[str]] = LEAD_SETS,
) -> pd.DataFrame:
    """Restore ECGs `(n, 8, samples)`, at the network's rate, from each set of leads.

    A row per record, set and lead that neither is in the set nor follows from it: `record_id`, `measured`, `lead`,
    correlation `r` and mean absolute error `mae_uv` of the network, `linear_r` and `linear_mae_uv` of least squares.
    """
    signal_mv = signal_mv[:, :, : signal_mv.shape[2] // STRIDE * STRIDE]
    ids = np.asarray(record_ids)
    frames = []
    for leads in lead_sets:
        absent = [lead not in with_derivable(leads) for lead in STANDARD_LEADS]
        rows = list(_scores(signal_mv, measured_mask(leads), np.array(absent), model))
        scores = {name: np.concatenate([row[name] for row in rows]).ravel() for name in rows[0]}
        names = np.array(STANDARD_LEADS)[absent]
        frames.append(
            pd.DataFrame(
                {
                    "record_id": np.repeat(ids, len(names)),
                    "measured": set_name(leads),
                    "lead": np.tile(names, len(ids)),
                    **scores,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


@torch.inference_mode()
def _scores(
    signal_mv: Floats, measured: NDArray[np.bool_], absent: NDArray[np.bool_], model: UResNet
) -> Iterator[dict[str, Floats]]:
    """Scores `(batch, absent leads)` by name."""
    for start in range(0, len(signal_mv), _BATCH):
        true_mv = torch.from_numpy(signal_mv[start : start + _BATCH])
        shown = torch.from_numpy(measured).expand(len(true_mv), -1)
        linear_mv = model.linear(shown) @ true_mv
        restored_mv = linear_mv + model.missed(linear_mv, shown)
        true, linear, restored = (
            standard_from_independent(part.numpy())[:, absent] for part in (true_mv, linear_mv, restored_mv)
        )
        yield {
            "r": correlation(restored, true),
            "mae_uv": 1000 * np.abs(restored - true).mean(axis=2),
            "linear_r": correlation(linear, true),
            "linear_mae_uv": 1000 * np.abs(linear - true).mean(axis=2),
        }


def correlation(first: Floats, second: Floats) -> Floats:
    """Pearson's r along the last axis; NaN where one of the two does not vary."""
    first = first - first.mean(axis=-1, keepdims=True)
    second = second - second.mean(axis=-1, keepdims=True)
    size = np.sqrt((first**2).sum(axis=-1) * (second**2).sum(axis=-1))
    return np.divide((first * second).sum(axis=-1), size, out=np.full_like(size, np.nan), where=size > 0)


def summarize_restoration(table: pd.DataFrame, n_resamples: int = 1000) -> pd.DataFrame:
    """A row per set of measured leads: medians over restored leads and records, with 95 % intervals over records.

    `r`, `linear_r`, `gain` (the network's median r less that of least squares, on the same records), each with `_low`
    and `_high`; mean absolute errors `mae_uv` and `linear_mae_uv`; `n` records.
    """
    rows = []
    for measured, part in table.groupby("measured", sort=False):
        records = part["record_id"].to_numpy(str)
        network, linear = (weighted_median(part[name].to_numpy(np.float64)) for name in ("r", "linear_r"))
        found = {
            "r": bootstrap_interval(network, records, n_resamples),
            "linear_r": bootstrap_interval(linear, records, n_resamples),
            "gain": bootstrap_interval(_difference(network, linear), records, n_resamples),
        }
        rows.append(
            {
                "measured": measured,
                "n": part["record_id"].nunique(),
                **{key: value for name, own in found.items() for key, value in _columns(name, own).items()},
                "mae_uv": part["mae_uv"].mean(),
                "linear_mae_uv": part["linear_mae_uv"].mean(),
            }
        )
    return pd.DataFrame(rows)


def expected(table: pd.DataFrame) -> dict[str, dict[str, tuple[float, float]]]:
    """By set of measured leads and restored lead, the median r over records and its tenth percentile."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for (measured, lead), rows in table.groupby(["measured", "lead"], sort=False)["r"]:
        median, low = (round(float(rows.quantile(share)), 3) for share in (0.5, 0.1))
        found.setdefault(str(measured), {})[str(lead)] = (median, low)
    return found


def weighted_median(values: NDArray[np.floating]) -> Weighted:
    """The statistic "median of `values`", sorted once and not once per resample; NaN is left out."""
    order = np.argsort(values)[: int(np.isfinite(values).sum())]
    ordered = values[order]

    def median(weights: NDArray[np.float64]) -> float:
        reached = np.cumsum(weights[order])
        return float(ordered[np.searchsorted(reached, reached[-1] / 2)]) if reached.size else float("nan")

    return median


def _difference(first: Weighted, second: Weighted) -> Weighted:
    return lambda weights: first(weights) - second(weights)


def _columns(name: str, found: WithInterval) -> dict[str, float]:
    return {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
