"""Anomalies: which series are watched, what was found in them, and what is found on demand."""
