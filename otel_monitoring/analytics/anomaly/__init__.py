"""Anomalies of streams: a bank of many series, a detector of one, and whole windows on demand."""
