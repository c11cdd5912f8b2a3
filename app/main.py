"""Kalium's dashboard: a table of pages, and what stands on all of them. `streamlit run app/main.py`."""

import streamlit as st

from app import state
from app.components.frame import draw_frame

PAGES = [
    st.Page("views/review.py", title="Review", icon=":material/ecg:", default=True),
    st.Page("views/cycles.py", title="Cycles", icon=":material/stacked_line_chart:"),
]

st.set_page_config(page_title="Kalium", page_icon=":material/ecg_heart:", layout="wide")
page = st.navigation(PAGES, position="top")
state.resolve()
draw_frame()
page.run()
