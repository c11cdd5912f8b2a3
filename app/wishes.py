"""What a user can ask for: noted by a widget's callback, carried out at the top of the next run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.edit_history import EditsChange, EditsFile
from app.scans import LeftOutPages, ScannedPage
from ecg_core.digitization.digitize import Progress
from ecg_core.filtering.settings import FilterSettings
from ecg_core.readers import NamedBytes
from ecg_core.readers.examples import Example
from ecg_core.readers.inputs import Unit


@dataclass(frozen=True)
class Choice:
    """What the user wants opened: sources tried in turn until one of them is a readable ECG."""

    sources: tuple[Path | tuple[NamedBytes, ...], ...]
    fs_hz: float | None = None
    unit: Unit | None = None
    example: Example | None = None


@dataclass(frozen=True)
class PageChange:
    """What is to be done to the scanned page that is shown."""

    change: Callable[[ScannedPage, Progress], ScannedPage]


@dataclass(frozen=True)
class PageByHand:
    """A page that was left out but is an ECG, in this layout, as the user says."""

    left_out: LeftOutPages
    number: int
    layout: str


@dataclass(frozen=True)
class MethodChange:
    """Another method that finds the waves, of this and all following ECGs."""

    method: str


Wish = Choice | FilterSettings | MethodChange | PageChange | PageByHand | EditsChange | EditsFile


@dataclass(frozen=True)
class Question:
    """A file that lacks a fact only the user can supply."""

    choice: Choice
    message: str
    needs: str
