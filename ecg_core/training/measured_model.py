"""How the measured 12-lead model is fitted: trees grown by scikit-learn and written down as tensors, and a kernel machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from torch import Tensor

from ecg_core.models.twelve_lead.measured import MeasuredModel
from ecg_core.models.twelve_lead.trees import BoostedTrees
from ecg_core.training.twelve_lead_batches import TwelveLeadExamples
from ecg_core.training.twelve_lead_loop import N_FINDINGS

RIDGE = 0.1
MOST_COMPARED = 6000  # records that the kernel machine keeps: memory and time grow with their square and cube
_GROWTH = {"l2_regularization": 5.0, "min_samples_leaf": 8, "max_features": 0.2, "early_stopping": False}
_FINDING_GROWTH = {"max_iter": 100, "learning_rate": 0.06, "max_leaf_nodes": 8, **_GROWTH}
_AGE_GROWTH = {"max_iter": 250, "learning_rate": 0.05, "max_leaf_nodes": 12, **_GROWTH}

_LEAST_LEADS_DROPPED, _MOST_LEADS_DROPPED = 4, 11


def fit_measured(
    model: MeasuredModel, examples: TwelveLeadExamples, rows: NDArray[np.int64], few_leads: bool, seed: int
) -> MeasuredModel:
    """Fit to these examples, all of which have twelve leads.

    With `few_leads` every record comes twice, each time with other leads left out, so that what is completed from
    the rest is learned from as what it is.
    """
    batch = examples.plain(rows)
    beat, mask, facts = batch.inputs
    target = batch.target[:, : N_FINDINGS + 1].masked_fill(~batch.known[:, : N_FINDINGS + 1], torch.nan)
    model.fit_views(beat, facts)
    if few_leads:
        beat, facts, target = beat.repeat(2, 1, 1), facts.repeat(2, 1), target.repeat(2, 1)
        mask = random_subsets(len(beat), np.random.default_rng(seed))
    with torch.no_grad():
        features, views = model.describe(beat, mask, facts)
    kept = torch.from_numpy(np.random.default_rng(seed).permutation(len(target))[:MOST_COMPARED])
    model.kernel.fit([view[kept] for view in views], target[kept], RIDGE)
    _grow(model.trees, features.numpy(), target.numpy(), seed)
    return model.eval()


def random_subsets(n: int, rng: np.random.Generator) -> Tensor:
    """Masks `(n, 12)` with four to eleven leads left out."""
    n_dropped = rng.integers(_LEAST_LEADS_DROPPED, _MOST_LEADS_DROPPED + 1, n)
    order = rng.random((n, 12)).argsort(axis=1).argsort(axis=1)
    return torch.from_numpy(order >= n_dropped[:, None])


def _grow(trees: BoostedTrees, features: NDArray[np.float32], target: NDArray[np.float32], seed: int) -> None:
    """A boosted ensemble for each output, over the records it is known of."""
    nodes, owners, starts = [], [], []
    for column in range(target.shape[1]):
        known = np.isfinite(target[:, column])
        booster: Any
        if column < N_FINDINGS:
            booster = HistGradientBoostingClassifier(**_FINDING_GROWTH, random_state=seed)
            aim = target[known, column] > 0.5
        else:
            booster = HistGradientBoostingRegressor(loss="absolute_error", **_AGE_GROWTH, random_state=seed)
            aim = target[known, column]
        if np.unique(aim).size < 2:
            starts.append(float(aim[0]) if column == N_FINDINGS and aim.size else -5.0)
            continue
        booster.fit(features[known], aim)
        grown = [one.nodes for (one,) in booster._predictors]
        nodes.extend(grown)
        owners.extend([column] * len(grown))
        starts.append(float(np.ravel(booster._baseline_prediction)[0]))
    _write_down(trees, nodes, owners, starts)


def _write_down(
    trees: BoostedTrees, nodes: Sequence[Any], owners: Sequence[int], starts: Sequence[float]
) -> None:
    """scikit-learn's arrays of nodes as the tensors of `BoostedTrees`, padded to the largest tree."""
    trees.start = torch.tensor(starts)
    if not nodes:
        return
    shape = (len(nodes), max(len(tree) for tree in nodes))
    feature, left, right = (np.full(shape, fill, np.int16) for fill in (-1, 0, 0))
    threshold, value = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    unknown_left = np.zeros(shape, bool)
    for row, tree in enumerate(nodes):
        at = (row, slice(len(tree)))
        feature[at] = np.where(tree["is_leaf"], -1, tree["feature_idx"])
        left[at], right[at] = tree["left"], tree["right"]
        limit = np.finfo(np.float16).max
        threshold[at] = np.where(tree["is_leaf"], 0, tree["num_threshold"]).clip(-limit, limit)
        value[at] = tree["value"]
        unknown_left[at] = tree["missing_go_to_left"].astype(bool)
    trees.feature, trees.left, trees.right = map(torch.from_numpy, (feature, left, right))
    trees.threshold, trees.value = torch.from_numpy(threshold), torch.from_numpy(value)
    trees.unknown_left = torch.from_numpy(unknown_left)
    trees.output = torch.tensor(owners, dtype=torch.int16)
    trees.depth = torch.tensor([max(int(tree["depth"].max()) for tree in nodes)], dtype=torch.int16)
