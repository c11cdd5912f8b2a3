import numpy as np
import torch
from sklearn.ensemble import HistGradientBoostingClassifier

from ecg_core.models.twelve_lead.trees import BoostedTrees
from ecg_core.training.measured_model import _write_down, random_subsets


def test_trees_written_down_answer_as_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    features = rng.standard_normal((300, 6)).astype(np.float32)
    features[rng.random(features.shape) < 0.1] = np.nan
    aim = np.nan_to_num(features[:, 0]) + np.nan_to_num(features[:, 3]) ** 2 > 0.7
    booster = HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=6, early_stopping=False)
    booster.fit(features, aim)
    trees = BoostedTrees(1)
    start = [float(booster._baseline_prediction[0, 0])]
    _write_down(trees, [one.nodes for (one,) in booster._predictors], [0] * 20, start)
    raw = booster.decision_function(features)
    assert np.abs(trees(torch.from_numpy(features))[:, 0].numpy() - raw).max() < 1e-3


def test_random_subsets_leave_one_to_eight_leads() -> None:
    kept = random_subsets(500, np.random.default_rng(0)).sum(1)
    assert set(kept.tolist()) == set(range(1, 9))
