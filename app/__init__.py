"""The dashboard: Streamlit pages over `ecg_core`."""
