"""What is found in series over HTTP: anomalies, trends, forecasts, causes, service levels, reports."""
