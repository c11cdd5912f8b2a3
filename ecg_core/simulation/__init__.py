"""Simulated potassium effects over real ECGs. What comes out is labelled simulated and is no patient's ECG."""
