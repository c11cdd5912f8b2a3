"""Training loops and recipes. The running app needs nothing of this."""
