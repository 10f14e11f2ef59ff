"""Grafana dashboards of the same content as our pages."""
