"""Kalium's dashboard: a table of pages, and what stands on all of them. Served by `python -m app`."""

from pathlib import Path

import streamlit as st

from app import state
from app.components.frame import draw_frame

PICTURES = Path(__file__).with_name("components")

PAGES = [
    st.Page("views/review.py", title="Review", icon=":material/ecg:", default=True),
    st.Page("views/cycles.py", title="Cycles", icon=":material/stacked_line_chart:"),
    st.Page("views/potassium.py", title="Potassium", icon=":material/science:"),
    st.Page("views/evaluation.py", title="Evaluation", icon=":material/monitoring:"),
    st.Page("views/about.py", title="About", icon=":material/info:"),
]

st.set_page_config(page_title="Kalium", page_icon=PICTURES / "icon.svg", layout="wide")
page = st.navigation(PAGES, position="top")
st.logo(PICTURES / "logo.svg", icon_image=PICTURES / "icon.svg", size="large")
state.resolve()
draw_frame()
page.run()
