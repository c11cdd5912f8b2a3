"""The beat that is being corrected, large; clicks and drags on it move the chosen mark."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app import state
from app.components.downloads import figure_with_downloads
from app.components.edit_choice import Chosen, mark_ms, move_mark, recorded_s
from app.components.scan_pointer import Click, forget_view, keep_view, listen, whole_key
from ecg_core.analysis import Analysis
from ecg_core.annotation.types import Annotation
from ecg_core.digitization.types import Box
from ecg_core.figures.beat import beat_figure, beat_view
from ecg_core.figures.paper import aspect_ratio


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
    aspect = aspect_ratio(fig)
    zoomed = keep_view(fig, key)
    view = beat_view(record, lead, chosen.r_s)
    st.caption(
        f"**Click where the {chosen.words} is.** Solid with a square: set by hand; dashed: where it was found; "
        "dotted: automatic."
    )
    figure_with_downloads(
        fig,
        key=key,
        filename=f"beat_{chosen.beat + 1}_{lead}",
        aspect=aspect,
        alt=f"Beat {chosen.beat + 1} of lead {lead} with its marks",
        beside=(lambda: _draw_whole(key)) if zoomed else None,
    )
    listen(key, fig, _pointed(analysis, chosen, view.time_s))


def _draw_whole(chart_key: str) -> None:
    st.button(
        "Whole beat",
        key=whole_key(chart_key),
        icon=":material/zoom_out_map:",
        type="tertiary",
        on_click=forget_view,
        args=(chart_key,),
    )


def _pointed(
    analysis: Analysis, chosen: Chosen, time_s: Callable[[float], float]
) -> Callable[[Click | Box], None]:
    """A click puts the chosen mark there, a drag where it ended: at the edge of the box away from the mark."""

    def put(where: Click | Box) -> None:
        if isinstance(where, Click):
            to_s = time_s(where.x_px)  # in the unit of the chart's axis: millimetres
        else:
            now_s = chosen.r_s + (mark_ms(analysis.annotation, chosen) or 0) / 1000
            to_s = max(time_s(where.x0_px), time_s(where.x1_px), key=lambda edge_s: abs(edge_s - now_s))
        move_mark(chosen, recorded_s(analysis.record, to_s))

    return put
