"""Kalium's dashboard: a table of pages, and what stands on all of them. `streamlit run app/main.py`."""

from pathlib import Path

import streamlit as st

from app import state
from app.components.frame import draw_frame

LOGO = Path(__file__).with_name("components") / "logo.svg"

PAGES = [
    st.Page("views/review.py", title="Review", icon=":material/ecg:", default=True),
    st.Page("views/cycles.py", title="Cycles", icon=":material/stacked_line_chart:"),
    st.Page("views/potassium.py", title="Potassium", icon=":material/science:"),
    st.Page("views/evaluation.py", title="Evaluation", icon=":material/monitoring:"),
    st.Page("views/about.py", title="About", icon=":material/info:"),
]

st.set_page_config(page_title="Kalium", page_icon=":material/ecg_heart:", layout="wide")
page = st.navigation(PAGES, position="top")
st.logo(LOGO, size="large")
state.resolve()
draw_frame()
page.run()
