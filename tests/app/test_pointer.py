"""Clicks and drags on a chart, and what of it stays in sight."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from app.components.pointer import Click, Drag, Pointed, as_pointed


def test_part_of_the_picture_in_sight_is_kept() -> None:
    def script() -> None:
        import plotly.graph_objects as go
        import streamlit as st

        from app.components.pointer import forget_view, keep_view

        fig = go.Figure(
            layout={"xaxis": {"range": [0, 100]}, "yaxis": {"range": [80, 0]}, "dragmode": "select"}
        )
        zoomed = keep_view(fig, "chart")
        st.write(f"{zoomed} {fig.layout.xaxis.range[1]} {fig.layout.dragmode}")
        st.button("Whole page", on_click=forget_view, args=("chart",))

    app = AppTest.from_function(script).run()
    assert app.markdown[0].value == "False 100 select"
    app.session_state["chart_view"] = {"x": [10.0, 30.0], "y": [40.0, 20.0], "dragmode": "zoom"}
    assert app.run().markdown[0].value == "True 30.0 zoom"
    assert app.button[0].click().run().markdown[0].value == "False 100 select"


@pytest.mark.parametrize(
    ("pointed", "meant"),
    [
        ({"from": [5, 6], "to": [5.5, 6], "dragged": False}, Click(5.5, 6.0)),
        ({"from": [9, 2], "to": [1, 8], "dragged": True}, Drag(1.0, 2.0, 9.0, 8.0)),
    ],
    ids=["click", "box drawn backwards"],
)
def test_pointing_is_a_click_or_a_box(pointed: dict[str, object], meant: Pointed) -> None:
    assert as_pointed(pointed) == meant
