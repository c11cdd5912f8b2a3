"""Corrections of beats and waves, to go back and forth through."""

from __future__ import annotations

from dataclasses import dataclass, field

from ecg_core.annotation.edits import BeatEdits, Edit


@dataclass(frozen=True)
class EditHistory:
    """The corrections that hold, those before each step, and those that were undone, the last one first."""

    present: BeatEdits = field(default_factory=BeatEdits)
    past: tuple[BeatEdits, ...] = ()
    future: tuple[BeatEdits, ...] = ()

    def then(self, edits: BeatEdits) -> EditHistory:
        """With other corrections from now on."""
        return self if edits == self.present else EditHistory(edits, (*self.past, self.present))

    def undone(self) -> EditHistory:
        """Before the last step."""
        *past, present = self.past
        return EditHistory(present, tuple(past), (self.present, *self.future))

    def redone(self) -> EditHistory:
        """After the step that was undone last."""
        present, *future = self.future
        return EditHistory(present, (*self.past, self.present), tuple(future))


@dataclass(frozen=True)
class EditsChange:
    """Other corrections of beats and waves; `new` is the one that must fit what is shown."""

    history: EditHistory
    new: Edit | None = None


@dataclass(frozen=True)
class EditsFile:
    """A file of corrections, which shall hold instead of the present ones."""

    content: bytes
