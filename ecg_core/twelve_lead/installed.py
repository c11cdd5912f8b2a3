"""The 12-lead checkpoints that are installed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ecg_core.errors import CheckpointError
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network_files import CARD
from ecg_core.twelve_lead import restore
from ecg_core.twelve_lead.checkpoint import TwelveLeadCheckpoint, load_twelve_lead
from ecg_core.twelve_lead.doubts import FEW_LEADS

_OWN = "measured"  # the program's own architecture, which answers unless another one is chosen


def load_installed(root: Path) -> tuple[TwelveLeadCheckpoint, ...]:
    """Every checkpoint of findings and age in the folders of `root`, the program's own first.

    Raises CheckpointError when there is none or one is damaged.
    """
    folders = [path.parent for path in sorted(root.glob(f"*/{CARD}"))]
    checkpoints = [load_twelve_lead(folder) for folder in folders if folder.name != restore.BUNDLED.name]
    if not checkpoints:
        raise CheckpointError(
            f"No 12-lead model is installed: the folder {root.name} has none. "
            "Restore it from the download, or train one with: python -m ecg_core train"
        )
    return tuple(
        sorted(
            checkpoints, key=lambda each: (each.card.architecture != _OWN, _few_leads(each), each.card.name)
        )
    )


def first_to_answer(
    checkpoints: Sequence[TwelveLeadCheckpoint], leads: Sequence[str]
) -> TwelveLeadCheckpoint:
    """The first one, or where an ECG has few of the twelve leads the first one that learned from such ECGs."""
    few = sum(lead in STANDARD_LEADS for lead in leads) <= FEW_LEADS
    return next((each for each in checkpoints if _few_leads(each) == few), checkpoints[0])


def _few_leads(checkpoint: TwelveLeadCheckpoint) -> bool:
    recipe = checkpoint.card.trained_on.get("recipe", {})
    return bool(recipe.get("few_leads", False))
