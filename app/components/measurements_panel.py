"""Everything that was measured: over all leads in groups, in one lead, and all of it to take away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from itertools import groupby

import streamlit as st

from app.components.annotation_downloads import draw_annotation_downloads
from app.components.beat_tables import measurement_table
from app.components.downloads import csv_download
from app.components.text import number
from ecg_core.analysis import Analysis
from ecg_core.measurements.types import Measurement

_YES_NO = "0 or 1"
_DIGITS = {"mV": 2, "mV/s": 1, "√mV/s": 1, "ratio": 2}  # whole numbers else
_UNITS = {"deg": "°", "ratio": ""}  # as they stand behind a number
_COLUMNS = ("Median", "Quartiles", "Median beat", "Beats")


def draw_measurements(analysis: Analysis) -> None:
    """Rhythm, intervals and axes, with the whole annotation to take away."""
    st.subheader("Measurements over all leads")
    st.caption(
        "Median and quartiles over the beats in which each could be measured; beside it the median beat by itself."
    )
    st.html(measurements_html([m for m in analysis.measurements if m.group != "Per lead"]))
    csv_download(
        lambda: measurement_table(analysis.measurements),
        key="measurements_csv",
        filename="measurements",
        label=f"All {len(analysis.measurements)} measurements (CSV)",
    )
    draw_annotation_downloads(analysis)


def draw_lead_waves(analysis: Analysis, lead: str) -> None:
    """What is measured in this lead by itself."""
    st.subheader(f"Waves in lead {lead}")
    st.caption(
        "Over the beats of its median beat, in the filtered signal, from the level of the PR segment. A filter can "
        "bend ST; the default one leaves alone what is the same in every beat. –: absent or not assessed."
    )
    own = [m for m in analysis.measurements if m.group == "Per lead" and m.leads == (lead,)]
    st.html(measurements_html(own))


def measurements_html(measurements: Sequence[Measurement]) -> str:
    """A table with a heading for each group where there are several; the definition stands below each name."""
    groups = [(name, list(rows)) for name, rows in groupby(measurements, key=lambda m: m.group)]
    heads = "".join(f'<th scope="col">{name}</th>' for name in _COLUMNS)
    bodies = "".join(
        f"<tbody>{_group_row(name) if len(groups) > 1 else ''}{''.join(map(_row, rows))}</tbody>"
        for name, rows in groups
    )
    return (
        '<table class="kalium-readings"><thead><tr><th scope="col">Measurement</th>'
        f"{heads}</tr></thead>{bodies}</table>"
    )


def _group_row(name: str) -> str:
    return f'<tr class="kalium-group"><th scope="rowgroup" colspan="{len(_COLUMNS) + 1}">{escape(name)}</th></tr>'


def _row(measurement: Measurement) -> str:
    name = (
        measurement.name.removesuffix(f", {measurement.leads[0]}") if measurement.leads else measurement.name
    )
    value = value_words(measurement.value, measurement.unit)
    return (
        f'<tr><th scope="row">{escape(name)}<small>{escape(measurement.source)}</small></th>'
        f"<td><b>{value}</b></td><td>{_quartiles(measurement)}</td>"
        f"<td>{_number(measurement.median_beat, measurement.unit)}</td><td>{measurement.n_beats}</td></tr>"
    )


def value_words(value: float, unit: str) -> str:
    """``"402 ms"``, ``"-31°"``, ``"yes"``; a dash where there is none."""
    if unit == _YES_NO or not math.isfinite(value):
        return _number(value, unit)
    shown = _UNITS.get(unit, f"\u202f{unit}")
    return f"{_number(value, unit)}{escape(shown)}"


def _quartiles(measurement: Measurement) -> str:
    if not math.isfinite(measurement.low) or measurement.unit == _YES_NO:
        return "–"
    return " to ".join(_number(value, measurement.unit) for value in (measurement.low, measurement.high))


def _number(value: float, unit: str) -> str:
    if unit == _YES_NO and math.isfinite(value):
        return "yes" if value >= 0.5 else "no"
    digits = _DIGITS.get(unit, 0)
    return number(round(value, digits) + 0.0, digits).replace("-", "\u2212")  # + 0.0: no minus before zero
