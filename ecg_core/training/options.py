"""What can be changed about a recipe from the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from ecg_core.errors import ECGError
from ecg_core.training.loop import Stage
from ecg_core.training.losses import LOSSES, PotassiumLoss
from ecg_core.training.recipes import Recipe


@dataclass(frozen=True)
class Options:
    """None leaves what the recipe says. They change the last stage, the one that learns potassium."""

    loss: str | None = None  # key of `LOSSES`
    learning_rate: float | None = None
    epochs: int | None = None
    patience: int | None = None  # epochs without a better validation loss, after which training ends
    balanced: bool | None = None
    augment: bool | None = None

    @property
    def words(self) -> str:
        """The changes, for the card; empty where there are none."""
        return ", ".join(f"{name} {value}" for name, value in self._given())

    @property
    def folder(self) -> str:
        """A folder's name for trainings with these changes."""
        return self.words.replace(" ", "-")

    def _given(self) -> Iterable[tuple[str, object]]:
        for option in fields(self):
            value = getattr(self, option.name)
            if value is not None:
                yield option.name.replace("_", " "), value


def changed(recipe: Recipe, options: Options) -> Recipe:
    """The recipe with these options. Raises ECGError for those that it cannot have."""
    if not options.words:
        return recipe
    if not recipe.chooses_loss:
        raise ECGError(f"{recipe.title} is trained in its own way; leave out {options.words}.")
    *first, last = recipe.stages
    loss = last.loss if options.loss is None else _loss(options.loss, last.loss)
    assert isinstance(loss, PotassiumLoss)
    return replace(
        recipe,
        words=f"{recipe.words}; changed: {options.words}",
        stages=(*first, _stage(replace(last, loss=loss), options)),
        code=loss.code,
        balanced=recipe.balanced if options.balanced is None else options.balanced,
        augment=recipe.augment if options.augment is None else options.augment,
    )


def _loss(name: str, before: object) -> PotassiumLoss:
    if name not in LOSSES:
        raise ECGError(f"There is no loss {name}. Choose one of {', '.join(LOSSES)}.")
    return replace(LOSSES[name], sparse=isinstance(before, PotassiumLoss) and before.sparse)


def _stage(stage: Stage, options: Options) -> Stage:
    epochs = stage.epochs if options.epochs is None else options.epochs
    return replace(
        stage,
        learning_rate=stage.learning_rate if options.learning_rate is None else options.learning_rate,
        epochs=epochs,
        patience=min(stage.patience, epochs) if options.patience is None else options.patience,
    )
