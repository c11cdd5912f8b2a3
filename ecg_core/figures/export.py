"""How a figure leaves the screen: Plotly's configuration for saving pictures, and the size of what is sent."""

from __future__ import annotations

import re
from typing import Any, Literal

import plotly.graph_objects as go

ImageFormat = Literal["png", "svg"]

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def safe_filename(text: str) -> str:
    """`text` as a file name without path, spaces or odd characters (``"II, V5"`` -> ``"II_V5"``)."""
    return _UNSAFE.sub("_", text).strip("._") or "kalium"


def plotly_config(filename: str, image_format: ImageFormat = "png") -> dict[str, Any]:
    """Plotly's `config` for a chart whose camera button saves `filename` as PNG or SVG.

    The picture is drawn by the browser: PNG at twice the screen's size, SVG at any.
    """
    return {
        "displaylogo": False,
        "displayModeBar": True,
        "toImageButtonOptions": {
            "format": image_format,
            "filename": safe_filename(filename),
            "scale": 2 if image_format == "png" else 1,
        },
    }


def serialized_bytes(fig: go.Figure) -> int:
    """Bytes of the JSON that a browser gets for this figure."""
    return len(fig.to_json().encode())
