"""Truth against estimate: the table, its measures, and the calibration fitted to such a table."""
