"""Going back and forth through what was corrected."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

Step = Callable[[], None]


def draw_steps(*, undo: Step | None, redo: Step | None, reset: Step | None, reset_label: str) -> None:
    """Buttons, also by key; None where there is nothing to undo, redo or reset."""
    steps = (
        ("Undo", "undo", undo, "Ctrl+Z"),
        ("Redo", "redo", redo, "Ctrl+Shift+Z"),
        (reset_label, "restart_alt", reset, None),
    )
    for label, icon, step, shortcut in steps:
        st.button(
            label,
            icon=f":material/{icon}:",
            type="tertiary",
            disabled=step is None,
            on_click=step,
            shortcut=shortcut,
            help=shortcut and f"{shortcut} (on a Mac {shortcut.replace('Ctrl', '⌘')})",
        )
