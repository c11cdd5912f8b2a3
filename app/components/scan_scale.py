"""Correcting or confirming the scale: paper speed, gain, and pixels per millimetre."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app import state
from app.components.pointer import Click, Pointed
from app.components.scan_edits import gains_mm_mv, without_boxes
from app.components.scan_keys import page_key, revision_key
from app.components.text import as_markdown
from app.scans import ScannedPage
from ecg_core.digitization.types import Calibration, Corrections, Digitization

SPEEDS_MM_S = (5.0, 10.0, 12.5, 25.0, 50.0, 100.0)
GAINS_MM_MV = (2.5, 5.0, 10.0, 20.0, 40.0)
MIN_RULER_PX = 20.0  # a shorter one measures nothing well
_RULER_MM = 50.0


def draw_scale(page: ScannedPage) -> None:
    """What the scale rests on, and the form that changes or confirms it."""
    calibration = page.found.calibration
    reasons = [reason for reason in page.found.flat.grid.evidence if reason not in calibration.evidence]
    st.caption("\n".join(f"- {as_markdown(reason)}" for reason in reasons))
    _draw_form(page)
    st.number_input(
        "Ruler: a known length on the page (mm)",
        min_value=1.0,
        value=_RULER_MM,
        step=5.0,
        format="%g",
        key=page_key("ruler_mm"),
        persist_state="session",
        help="Ten large squares are 50 mm on every ECG paper.",
    )
    st.caption("Drag a box on the page exactly as wide as this length, and the pixels per mm follow.")


def pointed_at_scale(page: ScannedPage, where: Pointed) -> None:
    """A drawn box is as wide as the ruler's length."""
    if isinstance(where, Click) or where.width < MIN_RULER_PX:
        return
    length_mm = st.session_state.get(page_key("ruler_mm"), _RULER_MM)
    flat = page.found.flat
    source_per_flat = flat.grid.source_px_per_mm_x / flat.px_per_mm
    px_per_mm = where.width * source_per_flat / length_mm
    state.correct(replace(without_boxes(page.found.corrections), px_per_mm=round(px_per_mm, 3)))


def scale_words(calibration: Calibration, gains: tuple[float, float]) -> str:
    """``"25 mm/s, limb leads 10 mm/mV, chest leads 5 mm/mV"``."""
    limb, chest = gains
    if limb == chest:
        return f"{calibration.speed_mm_s:g} mm/s, {limb:g} mm/mV"
    return f"{calibration.speed_mm_s:g} mm/s, limb leads {limb:g} mm/mV, chest leads {chest:g} mm/mV"


def _draw_form(page: ScannedPage) -> None:
    found, said = page.found, page.found.corrections
    limb, chest = gains_mm_mv(found)
    speed = found.calibration.speed_mm_s
    px_per_mm = said.px_per_mm or found.flat.grid.source_px_per_mm_x
    known = found.calibration.known
    with st.form(revision_key("scale", page), border=True):
        left, right = st.columns(2, wrap=False)
        new_speed = _choice(left, "Paper speed (mm/s)", SPEEDS_MM_S, speed)
        new_px_per_mm = right.number_input(
            "Pixels per mm",
            0.5,
            200.0,
            round(px_per_mm, 3),
            step=0.1,
            format="%.3f",
            help="Measured in the picture as it came.",
        )
        new_limb = _choice(left, "Gain, limb leads (mm/mV)", GAINS_MM_MV, limb)
        new_chest = _choice(right, "Gain, chest leads (mm/mV)", GAINS_MM_MV, chest)
        if st.form_submit_button("Apply" if known else "Confirm this scale", type="primary", width="stretch"):
            confirmed = Corrections(
                speed_mm_s=new_speed,
                gain_mm_mv=new_limb,
                chest_gain_mm_mv=new_chest,
                px_per_mm=new_px_per_mm,
            )
            state.correct(_with_scale(found, confirmed))
            st.rerun()


def _choice(
    column: st.delta_generator.DeltaGenerator, label: str, usual: tuple[float, ...], now: float
) -> float:
    options = sorted({*usual, now})
    return float(column.selectbox(label, options, index=options.index(now), format_func="{:g}".format))


def _with_scale(found: Digitization, wanted: Corrections) -> Corrections:
    """The corrections that make the scale the wanted one; what was known already is not said again."""
    said, calibration = found.corrections, found.calibration
    known = calibration.known
    limb, chest = gains_mm_mv(found)
    px_per_mm = said.px_per_mm or found.flat.grid.source_px_per_mm_x
    corrections = said
    if wanted.px_per_mm is not None and (not known or abs(wanted.px_per_mm - px_per_mm) > 0.0006):
        corrections = replace(without_boxes(corrections), px_per_mm=wanted.px_per_mm)
    if not known or wanted.speed_mm_s != calibration.speed_mm_s:
        corrections = replace(corrections, speed_mm_s=wanted.speed_mm_s)
    if not known or wanted.gain_mm_mv != limb or wanted.chest_gain_mm_mv != chest:
        corrections = replace(
            corrections, gain_mm_mv=wanted.gain_mm_mv, chest_gain_mm_mv=wanted.chest_gain_mm_mv
        )
    return corrections
