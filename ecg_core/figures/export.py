"""How a figure leaves the screen: Plotly's configuration for saving pictures, and the size of what is sent."""

from __future__ import annotations

import re
from typing import Any

import plotly.graph_objects as go

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def safe_filename(text: str) -> str:
    """`text` as a file name without path, spaces or odd characters (``"II, V5"`` -> ``"II_V5"``)."""
    return _UNSAFE.sub("_", text).strip("._") or "kalium"


def download_name(text: str) -> str:
    """The name, without ending, of a file to take away; it says what it comes from when it lies among others."""
    return f"kalium_research_{safe_filename(text)}"


def plotly_config(filename: str) -> dict[str, Any]:
    """Plotly's `config` for a chart whose camera button saves `download_name(filename)`, a PNG of twice the screen's size."""
    return {
        "displaylogo": False,
        "displayModeBar": True,
        "displayNotifier": False,
        "modeBarButtonsToRemove": ["autoScale2d"],
        "toImageButtonOptions": {"format": "png", "filename": download_name(filename), "scale": 2},
    }


def serialized_bytes(fig: go.Figure) -> int:
    """Bytes of the JSON that a browser gets for this figure."""
    return len(fig.to_json().encode())
