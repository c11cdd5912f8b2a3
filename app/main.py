"""Kalium's dashboard: a table of pages, and what stands on all of them. Served by `python -m app`."""

from pathlib import Path

import streamlit as st

from app.components.frame import draw_frame
from app.resolve import pass_scan_on, resolve

PICTURES = Path(__file__).with_name("components")

SCAN = st.Page("views/scan.py", title="Scan", icon=":material/document_scanner:")
PAGES = [
    SCAN,
    st.Page("views/review.py", title="Review", icon=":material/ecg:", default=True),
    st.Page("views/cycles.py", title="Cycles", icon=":material/stacked_line_chart:"),
    st.Page("views/twelve_lead.py", title="12-lead", icon=":material/cardiology:"),
    st.Page("views/potassium.py", title="Potassium", icon=":material/science:"),
    st.Page("views/evaluation.py", title="Evaluation", icon=":material/monitoring:"),
    st.Page("views/about.py", title="About", icon=":material/info:"),
]

st.set_page_config(page_title="Kalium", page_icon=PICTURES / "icon.svg", layout="wide")
page = st.navigation(PAGES, position="top")
st.logo(PICTURES / "logo.svg", icon_image=PICTURES / "icon.svg", size="large")
if resolve():
    st.switch_page(SCAN)
if page != SCAN:
    pass_scan_on()
draw_frame()
page.run()
