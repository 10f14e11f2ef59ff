"""Algorithms on arrays: anomalies, trends, changes, forecasts, correlations, comparisons."""
