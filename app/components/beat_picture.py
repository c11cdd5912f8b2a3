"""The beat that is being corrected, large; clicks and drags on it move the chosen mark."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app import state
from app.components.edit_choice import Chosen, mark_ms, move_mark, recorded_s
from app.components.pointed_figure import pointed_figure
from app.components.pointer import Click, Pointed
from ecg_core.analysis import Analysis
from ecg_core.annotation.types import Annotation
from ecg_core.figures.beat import beat_figure, beat_view


def draw_beat_picture(analysis: Analysis, lead: str, chosen: Chosen, compared: Annotation | None) -> None:
    """One beat of one lead on its paper, and what can be done on it."""
    record = analysis.filtered.record
    fig = beat_figure(
        record,
        lead,
        analysis.annotation,
        chosen.beat,
        dark=state.is_dark(),
        chosen=chosen.place,
        found=analysis.automatic.shown,
        compared=compared,
    )
    which = (state.n_opened(), chosen.beat, record.leads.index(lead), compared is not None)
    key = "beat_" + "_".join(str(int(part)) for part in which)  # what is in sight belongs to this paper
    st.caption(
        f"**Click where the {chosen.words} is.** Solid with a square: set by hand; dashed: where it was found; "
        "dotted: automatic."
    )
    pointed_figure(
        fig,
        key,
        f"beat_{chosen.beat + 1}_{lead}",
        _pointed(analysis, chosen, beat_view(record, lead, chosen.r_s).time_s),
        alt=f"Beat {chosen.beat + 1} of lead {lead} with its marks",
        whole="Whole beat",
    )


def _pointed(
    analysis: Analysis, chosen: Chosen, time_s: Callable[[float], float]
) -> Callable[[Pointed], None]:
    """A click puts the chosen mark there, a drag where it ended: at the edge of the box away from the mark.

    `time_s` gives the time at a place of the chart, whose unit is millimetres.
    """

    def put(where: Pointed) -> None:
        if isinstance(where, Click):
            to_s = time_s(where.x)
        else:
            now_s = chosen.r_s + (mark_ms(analysis.annotation, chosen) or 0) / 1000
            to_s = max(time_s(where.x0), time_s(where.x1), key=lambda edge_s: abs(edge_s - now_s))
        move_mark(chosen, recorded_s(analysis.record, to_s))

    return put
