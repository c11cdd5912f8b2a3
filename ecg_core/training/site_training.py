"""Training on a site's own ECGs with laboratory potassium: a finished network goes on learning, or one learns anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from ecg_core.datasets.base_ecg import Split
from ecg_core.datasets.manifest import Manifest
from ecg_core.datasets.prepared import is_prepared, load_prepared, prepare
from ecg_core.datasets.site_ecg import SiteECG
from ecg_core.errors import ECGError
from ecg_core.inference.card import Card
from ecg_core.inference.checkpoint import Checkpoint, half_precision
from ecg_core.models import count_parameters
from ecg_core.training.assess import assess
from ecg_core.training.fine_tune import Layers, fine_tune
from ecg_core.training.finish import calibrated, epoch_in_words, result_of, uncalibrated, write_finished
from ecg_core.training.loop import Epoch
from ecg_core.training.recipes import RECIPES
from ecg_core.training.site_card import fine_tuned_card, learned_card, recalibrated_card
from ecg_core.training.site_inputs import BalancedBatches, Say, readable, site_inputs, with_all_leads
from ecg_core.training.site_labels import require_labels, run_name, values_of

MIN_TRAIN, MIN_TRAIN_ANEW, MIN_VALIDATION, MIN_TEST = 50, 1000, 20, 20  # ECGs with a potassium value
PREPARED: tuple[Split, ...] = ("train", "validation")


@dataclass(frozen=True)
class SiteTraining:
    """What every way of learning from a manifest needs. `say` is told of progress in words.

    What was done already in `runs` for the same ECGs and labels is not done again.
    """

    manifest: Manifest
    out: Path
    runs: Path
    seed: int
    say: Say

    def fine_tune(self, start: Checkpoint, layers: Layers) -> Card:
        """Go on with `start` in small steps, renew its intervals and probabilities, evaluate, write `out`.

        Raises ECGError when there are too few labels.
        """
        calibration = self.manifest.part("calibration")
        needed: dict[Split, int] = {"train": MIN_TRAIN, "validation": MIN_VALIDATION, "test": MIN_TEST}
        require_labels(self.manifest, needed, calibration)
        card = uncalibrated(start.card)
        self.say("reading the ECGs to learn from")
        train = site_inputs(card, self.manifest.part("train"), self.say)
        validation = site_inputs(card, self.manifest.part("validation"), self.say)
        folder = self.runs / run_name(self.out, self.manifest, start.card.sha256, layers, self.seed)
        batches = BalancedBatches(train, self.seed), BalancedBatches(validation, self.seed)
        tuning = fine_tune(start.model, *batches, layers, folder, self._tell)
        card = fine_tuned_card(card, self.out.name, train, tuning, self.seed)
        return self._finish(card, start.model, calibration, train.k_meq_l, tuning.history)

    def recalibrate(self, start: Checkpoint) -> Card:
        """Leave the weights alone; all parts but the test part renew intervals and probabilities."""
        calibration = self.manifest.part("train", "validation", "calibration")
        require_labels(self.manifest, {"test": MIN_TEST}, calibration)
        card = recalibrated_card(uncalibrated(start.card), self.out.name)
        return self._finish(card, start.model, calibration, values_of(calibration), [])

    def learn_anew(self, key: str) -> Card:
        """The recipe `key` on this site's ECGs alone; for sites with very many."""
        recipe, calibration = RECIPES[key], self.manifest.part("calibration")
        needed: dict[Split, int] = {"train": MIN_TRAIN_ANEW, "validation": MIN_VALIDATION, "test": MIN_TEST}
        require_labels(self.manifest, needed, calibration)
        folder = self.runs / run_name(self.out, self.manifest, key, "anew", self.seed)
        for split in PREPARED:
            if not is_prepared(folder / split):
                self.say(f"preparing the {split} part (once; a few minutes per thousand ECGs)")
                ecgs = readable(self.manifest.part(split), self.say)
                prepare(with_all_leads(ecgs, key, self.say), folder / split)
        train, validation = load_prepared(folder / "train"), load_prepared(folder / "validation")
        model, history = recipe.train(recipe, train, validation, folder / key, self._tell, self.seed)
        n_parameters = count_parameters(model)
        card = learned_card(recipe, self.out.name, n_parameters, train.table, history, self.seed)
        return self._finish(card, model, calibration, train.k_meq_l, history)

    def _tell(self, epoch: Epoch) -> None:
        self.say(epoch_in_words(epoch))

    def _finish(
        self,
        card: Card,
        model: nn.Module,
        calibration: Sequence[SiteECG],
        k_learned_meq_l: NDArray[np.float32],
        history: Sequence[Epoch],
    ) -> Card:
        checkpoint = Checkpoint(card, half_precision(model).eval(), self.out)
        self.say("calibrating on ECGs of patients that training did not see")
        table = assess(checkpoint, readable(calibration, self.say))
        span = float(k_learned_meq_l.min()), float(k_learned_meq_l.max())
        checkpoint = calibrated(checkpoint, table, span)
        self.say("evaluating on patients that neither saw")
        table = assess(checkpoint, readable(self.manifest.part("test"), self.say))
        if table.empty:
            raise ECGError("No ECG of the test part could be read.")
        mean_meq_l = float(k_learned_meq_l.mean())
        result = result_of(table, "test part of the site's own ECGs", mean_meq_l)
        return write_finished(checkpoint, table, [result], history)
